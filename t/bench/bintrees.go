package main

import "fmt"

type tree struct{ left, right *tree }

func build(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{build(depth - 1), build(depth - 1)}
}

func (t *tree) count() int {
	if t == nil {
		return 0
	}
	return 1 + t.left.count() + t.right.count()
}

func main() {
	const depth = 18
	fmt.Printf("stretch tree of depth %d: %d\n", depth+1, build(depth+1).count())
	longLived := build(depth)
	for d := 4; d <= depth; d += 2 {
		trees, total := 1<<(depth-d+4), 0
		for i := 0; i < trees; i++ {
			total += build(d).count()
		}
		fmt.Printf("%d trees of depth %d: %d\n", trees, d, total)
	}
	fmt.Printf("long lived tree of depth %d: %d\n", depth, longLived.count())
}
