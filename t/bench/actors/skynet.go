package main

import "fmt"

func node(number, size int, parent chan<- int) {
	if size == 1 {
		parent <- number
		return
	}
	children := make(chan int)
	part := size / 10
	for i := 0; i < 10; i++ {
		go node(number+i*part, part, children)
	}
	sum := 0
	for i := 0; i < 10; i++ {
		sum += <-children
	}
	parent <- sum
}

func main() {
	result := make(chan int)
	go node(0, 1000000, result)
	fmt.Println(<-result)
}
