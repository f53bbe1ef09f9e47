package main

import "fmt"

func main() {
	numbers := make([]int, 0, 10000000)
	for i := 0; i < 10000000; i++ {
		numbers = append(numbers, i*7%1000003)
	}
	mapped := make([]int, 0, len(numbers))
	for _, n := range numbers {
		mapped = append(mapped, n*3+1)
	}
	var filtered []int
	for _, n := range mapped {
		if n%2 == 0 {
			filtered = append(filtered, n)
		}
	}
	sum := 0
	for _, n := range filtered {
		sum += n
	}
	fmt.Println(sum, len(numbers))
}
