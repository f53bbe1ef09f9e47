package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	count = 1000000
	batch = 1000
)

func idler(in <-chan int, ready chan<- int) {
	ready <- 1
	<-in
}

// The resident memory in KiB; 0 where the system does not tell.
func resident() int {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(text), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			n, _ := strconv.Atoi(fields[1])
			return n
		}
	}
	return 0
}

func main() {
	before := resident()
	ready := make(chan int)
	alive := 0
	for alive < count {
		for i := 0; i < batch; i++ {
			go idler(make(chan int), ready)
		}
		for i := 0; i < batch; i++ {
			alive += <-ready
		}
	}
	fmt.Println(alive)
	time.Sleep(3 * time.Second) // idle means idle: let the runtime tidy up
	if before > 0 {
		fmt.Fprintf(os.Stderr, "figure bytes_each %d\n", (resident()-before)*1024/alive)
	}
}
