package main

import "fmt"

const (
	members = 200
	tokens  = 2000
	hops    = 500
)

type token struct{ seed, hops int }

func next(seed int) int { return (seed*1103515245 + 12345) % 2147483648 }

func member(in <-chan token, peers []chan token, collector chan<- int) {
	for t := range in {
		if t.hops == 1 {
			collector <- t.seed
			continue
		}
		seed := next(t.seed)
		peers[seed/65536%members] <- token{seed, t.hops - 1}
	}
}

func main() {
	collector := make(chan int)
	peers := make([]chan token, members)
	for i := range peers {
		// Room for all tokens, so that no ring of members can wait for one another.
		peers[i] = make(chan token, tokens)
	}
	for _, in := range peers {
		go member(in, peers, collector)
	}
	go func() {
		for i := 0; i < tokens; i++ {
			peers[i%members] <- token{i, hops}
		}
	}()
	sum := 0
	for i := 0; i < tokens; i++ {
		sum += <-collector
	}
	fmt.Println(sum)
}
