package main

import "fmt"

func main() {
	texts := make(chan string)
	go func() { texts <- "started" }()
	fmt.Println(<-texts)
}
