package main

import "fmt"

func pass(factor int) int {
	numbers := make([]int, 10000000)
	for i := range numbers {
		numbers[i] = i
	}
	products := make([]int, len(numbers))
	for i, n := range numbers {
		products[i] = n * factor % 1000003
	}
	var kept []int
	for _, n := range products {
		if n%3 == 0 {
			kept = append(kept, n)
		}
	}
	squares := make([]int, len(kept))
	for i, n := range kept {
		squares[i] = n * n % 1009
	}
	sum := 0
	for _, n := range squares {
		sum += n
	}
	return sum
}

func main() {
	for factor := 7; factor < 10; factor++ {
		fmt.Println(pass(factor))
	}
}
