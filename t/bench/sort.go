package main

import (
	"fmt"
	"sort"
)

func main() {
	xs := make([]int, 0, 1000000)
	seed := 42
	for i := 0; i < 1000000; i++ {
		xs = append(xs, seed)
		seed = (seed*1103515245 + 12345) % 2147483648
	}
	sort.Slice(xs, func(i, j int) bool { return xs[i] < xs[j] })
	sum := 0
	for i, x := range xs {
		sum = (sum + x*i) % 1000000007
	}
	fmt.Println(sum)
}
