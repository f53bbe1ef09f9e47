package main

import "fmt"

type ping struct {
	n    int
	from chan<- int
}

func ponger(pings <-chan ping) {
	for p := range pings {
		p.from <- p.n + 1
	}
}

func main() {
	pings := make(chan ping)
	pongs := make(chan int)
	go ponger(pings)
	sum := 0
	for left := 1000000; left > 0; left-- {
		pings <- ping{left, pongs}
		sum += <-pongs
	}
	fmt.Println(sum)
}
