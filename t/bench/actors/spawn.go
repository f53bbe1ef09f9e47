package main

import "fmt"

const count = 1000000

func main() {
	numbers := make(chan int)
	go func() {
		for i := 0; i < count; i++ {
			go func(n int) { numbers <- n }(i)
		}
	}()
	sum := 0
	for i := 0; i < count; i++ {
		sum += <-numbers
	}
	fmt.Println(sum)
}
