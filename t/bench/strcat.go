package main

import (
	"fmt"
	"strconv"
	"strings"
)

func lines() string {
	var b strings.Builder
	for i := 0; i < 1000000; i++ {
		b.WriteString("line ")
		b.WriteString(strconv.Itoa(i))
		b.WriteByte('\n')
	}
	return b.String()
}

func main() {
	total := 0
	for i := 0; i < 10; i++ {
		total += len(lines())
	}
	fmt.Println(total)
}
