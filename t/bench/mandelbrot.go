package main

import "fmt"

func stays(cr, ci float64) bool {
	var zr, zi float64
	for turns := 50; ; turns-- {
		rr, ii := zr*zr, zi*zi
		if rr+ii > 4 {
			return false
		}
		if turns == 0 {
			return true
		}
		zr, zi = rr-ii+cr, 2*zr*zi+ci
	}
}

func main() {
	const n = 2000
	count := 0
	for y := 0; y < n; y++ {
		for x := 0; x < n; x++ {
			if stays(2*float64(x)/n-1.5, 2*float64(y)/n-1) {
				count++
			}
		}
	}
	fmt.Println(count)
}
