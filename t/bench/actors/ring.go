package main

import "fmt"

const members = 503

func member(id int, in <-chan int, next chan<- int, last chan<- int) {
	for hops := range in {
		if hops == 0 {
			last <- id
			return
		}
		next <- hops - 1
	}
}

func main() {
	last := make(chan int)
	first := make(chan int)
	in := first
	for id := 1; id < members; id++ {
		next := make(chan int)
		go member(id, in, next, last)
		in = next
	}
	go member(members, in, first, last)
	first <- 5000000
	fmt.Println(<-last)
}
