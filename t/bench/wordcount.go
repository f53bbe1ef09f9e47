package main

import (
	"fmt"
	"strconv"
	"strings"
)

func main() {
	var text strings.Builder
	seed := 42
	for i := 0; i < 1000000; i++ {
		text.WriteByte('w')
		text.WriteString(strconv.Itoa(seed / 2048 % 20000))
		text.WriteByte(' ')
		seed = (seed*1103515245 + 12345) % 2147483648
	}
	counts := map[string]int{}
	for _, word := range strings.Split(strings.TrimSpace(text.String()), " ") {
		counts[word]++
	}
	squares := 0
	for _, n := range counts {
		squares += n * n
	}
	fmt.Println(len(counts), squares, counts["w7"])
}
