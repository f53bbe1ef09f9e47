package main

import "fmt"

type message struct{ id, n int }

func sender(id, count int, to chan<- message) {
	for n := count; n > 0; n-- {
		to <- message{id, n}
	}
}

func main() {
	messages := make(chan message, 128)
	for id := 1; id <= 100; id++ {
		go sender(id, 10000, messages)
	}
	sum := 0
	for left := 100 * 10000; left > 0; left-- {
		m := <-messages
		sum += m.id * m.n
	}
	fmt.Println(sum)
}
