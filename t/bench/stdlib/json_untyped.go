package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
)

func main() {
	text, err := os.ReadFile("records.json")
	if err != nil {
		log.Fatal(err)
	}
	for i := 0; i < 5; i++ {
		var value any
		if err := json.Unmarshal(text, &value); err != nil {
			log.Fatal(err)
		}
		out, err := json.Marshal(value)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(bytes.Equal(out, bytes.TrimSpace(text)))
	}
}
