package main

import (
	"bufio"
	"os"
	"strconv"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	show := func(x float64) {
		out.WriteString(strconv.FormatFloat(x, 'f', -1, 64))
		out.WriteByte('\n')
	}
	seed := 42
	for i := 0; i < 3000000; i++ {
		show(float64(2*(seed%5000000)+1) / 100)
		show(1 + float64(seed)*1000/2147483647)
		seed = seed * 16807 % 2147483647
	}
}
