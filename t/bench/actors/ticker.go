package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"time"
)

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func busy(stop <-chan struct{}) {
	sum := 0
	for {
		select {
		case <-stop:
			return
		default:
			sum += fib(20)
		}
	}
}

func main() {
	count, err := strconv.Atoi(os.Getenv("BENCH_BUSY"))
	if err != nil {
		count = 4
	}
	stop := make(chan struct{})
	for i := 0; i < count; i++ {
		go busy(stop)
	}
	late := make([]int, 0, 2000)
	until := time.Now().Add(10 * time.Second)
	for i := 0; i < 2000 && time.Now().Before(until); i++ {
		from := time.Now()
		time.Sleep(time.Millisecond)
		late = append(late, int((time.Since(from) - time.Millisecond).Nanoseconds()))
	}
	close(stop)
	sort.Ints(late)
	n := len(late)
	fmt.Println("ticked")
	fmt.Fprintln(os.Stderr, "figure ticks", n)
	fmt.Fprintln(os.Stderr, "figure late_p50_us", late[n/2]/1000)
	fmt.Fprintln(os.Stderr, "figure late_p99_us", late[n*99/100]/1000)
	fmt.Fprintln(os.Stderr, "figure late_max_us", late[n-1]/1000)
}
