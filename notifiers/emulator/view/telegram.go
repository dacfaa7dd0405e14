package view

import (
	"encoding/json"
	"unicode/utf16"
)

// readTelegram reads a text with entities, whose places are counted in UTF-16 units.
func readTelegram(raw string) ([]block, error) {
	var m struct {
		Text     string `json:"text"`
		Entities []struct {
			Type           string
			Offset, Length int
			URL            string
		} `json:"entities"`
	}
	if err := json.Unmarshal([]byte(raw), &m); err != nil {
		return nil, err
	}
	b := block{Kind: "text", Lines: []line{nil}}
	place := 0
	for _, r := range m.Text {
		look := span{Text: string(r)}
		for _, e := range m.Entities {
			if e.Offset <= place && place < e.Offset+e.Length {
				look.Bold = look.Bold || e.Type == "bold"
				look.Italic = look.Italic || e.Type == "italic"
				look.URL += e.URL
			}
		}
		b.put(r, look)
		place += max(1, utf16.RuneLen(r))
	}
	return []block{b}, nil
}

// put adds a character to the last line, or begins a new one.
func (b *block) put(r rune, look span) {
	if r == '\n' {
		b.Lines = append(b.Lines, nil)
		return
	}
	last := &b.Lines[len(b.Lines)-1]
	if n := len(*last); n > 0 && (*last)[n-1].like(look) {
		(*last)[n-1].Text += look.Text
		return
	}
	*last = append(*last, look)
}

// like reports whether two texts look the same.
func (s span) like(other span) bool {
	return s.Bold == other.Bold && s.Italic == other.Italic && s.URL == other.URL
}
