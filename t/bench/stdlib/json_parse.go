package main

import (
	"encoding/json"
	"fmt"
	"log"
	"math"
	"os"
)

type Record struct {
	Active bool    `json:"active"`
	ID     int     `json:"id"`
	Name   string  `json:"name"`
	Note   *string `json:"note"`
	Score  float64 `json:"score"`
	Tags   []int   `json:"tags"`
}

type Page[T any] struct {
	Count int `json:"count"`
	Items []T `json:"items"`
}

type Export struct {
	Page    Page[Record] `json:"page"`
	Version int          `json:"version"`
}

func report(export Export) {
	active, ids, notes, score, tags := 0, 0, 0, 0.0, 0
	for _, r := range export.Page.Items {
		if r.Active {
			active++
		}
		ids += r.ID
		if r.Note != nil {
			notes++
		}
		score += r.Score
		for _, tag := range r.Tags {
			tags += tag
		}
	}
	name := export.Page.Items[len(export.Page.Items)-1].Name
	fmt.Println(export.Page.Count, active, ids, notes, int(math.Round(score*100)), tags, name)
}

func main() {
	text, err := os.ReadFile("records.json")
	if err != nil {
		log.Fatal(err)
	}
	for i := 0; i < 5; i++ {
		var export Export
		if err := json.Unmarshal(text, &export); err != nil {
			log.Fatal(err)
		}
		report(export)
	}
}
