package main

import (
	"fmt"
	"sort"
)

func pass(seed int) int {
	xs := make([]int, 0, 1000000)
	for i := 0; i < 1000000; i++ {
		xs = append(xs, seed)
		seed = seed * 16807 % 2147483647
	}
	sort.Slice(xs, func(i, j int) bool { return xs[i] < xs[j] })
	sum := 0
	for i, x := range xs {
		sum = (sum + x*i) % 1000000007
	}
	return sum
}

func main() {
	for seed := 1; seed < 6; seed++ {
		fmt.Println(pass(seed))
	}
}
