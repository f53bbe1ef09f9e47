package main

import (
	"fmt"
	"math"
)

const n = 1000

func entry(i, j int) float64 {
	return 1 / float64((i+j)*(i+j+1)/2+i+1)
}

func times(v, out []float64) {
	for i := range out {
		var sum float64
		for j, x := range v {
			sum += entry(i, j) * x
		}
		out[i] = sum
	}
}

func timesTransposed(v, out []float64) {
	for i := range out {
		var sum float64
		for j, x := range v {
			sum += entry(j, i) * x
		}
		out[i] = sum
	}
}

func main() {
	u, v, t := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range u {
		u[i] = 1
	}
	for turn := 1; turn <= 10; turn++ {
		times(u, t)
		timesTransposed(t, v)
		if turn < 10 {
			times(v, t)
			timesTransposed(t, u)
		}
	}
	var uv, vv float64
	for i := range u {
		uv += u[i] * v[i]
		vv += v[i] * v[i]
	}
	fmt.Println(int64(math.Sqrt(uv/vv) * 1e9))
}
