package main

import (
	"fmt"
	"strconv"
	"strings"
)

func pass(from int) {
	var builder strings.Builder
	for i := from; i < from+4000000; i++ {
		builder.WriteString("item ")
		builder.WriteString(strconv.Itoa(i))
		builder.WriteString(", ")
	}
	text := builder.String()
	lines := strings.ReplaceAll(text, ", ", ";\n")
	pieces := strings.Split(lines, "\n")
	joined := strings.Join(pieces, " | ")
	fmt.Println(len(text), len(lines), len(pieces), len(joined))
	fmt.Println(pieces[1234567], strings.Contains(joined, fmt.Sprintf("item %d;", from+3999999)))
}

func main() {
	pass(0)
	pass(1000000)
}
