package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
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

func records(n int) []Record {
	out := make([]Record, 0, n)
	seed := 42
	for id := 0; id < n; id++ {
		seed = seed * 16807 % 2147483647
		record := Record{
			Active: seed%2 == 0,
			ID:     id,
			Name:   fmt.Sprintf("Zoë \"%d\" O'Hara\\Smith", seed%10000),
			Score:  float64(2*(seed%1000000)+1) / 8,
			Tags:   []int{seed % 7, seed % 1000, seed % 100000},
		}
		if seed%3 == 0 {
			note := fmt.Sprintf("first line\n\tand line %d", seed%977)
			record.Note = &note
		}
		out = append(out, record)
	}
	return out
}

func encode(items []Record, version int) []byte {
	text, err := json.Marshal(Export{Page[Record]{len(items), items}, version})
	if err != nil {
		log.Fatal(err)
	}
	return text
}

func main() {
	items := records(100000)
	for version := 2; version < 11; version++ {
		text := encode(items, version)
		fmt.Println(bytes.HasSuffix(text, []byte(fmt.Sprintf(",\"version\":%d}", version))))
	}
	fmt.Printf("%s\n", encode(items, 1))
}
