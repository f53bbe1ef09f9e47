package main

import (
	"fmt"
	"sort"
)

func main() {
	for start := 1; start < 4; start++ {
		seed := start
		names := make([]string, 0, 300000)
		for i := 0; i < 300000; i++ {
			names = append(names, fmt.Sprintf("user %d@host %d", seed%1000000, seed%97))
			seed = seed * 16807 % 2147483647
		}
		sort.Strings(names)
		fmt.Printf("%s, %s, %s, %s\n", names[0], names[100000], names[200000], names[len(names)-1])
	}
}
