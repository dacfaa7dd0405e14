package view

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// readDiscord reads a text and embeds.
func readDiscord(raw string) ([]block, error) {
	var m struct {
		Content string
		Embeds  []struct {
			Title, Description string
			Color              int
			Fields             []struct {
				Name, Value string
				Inline      bool
			}
			Footer struct{ Text string }
		}
	}
	if err := json.Unmarshal([]byte(raw), &m); err != nil {
		return nil, err
	}
	var list []block
	if m.Content != "" {
		list = append(list, block{Kind: "text", Lines: markdown(m.Content, false)})
	}
	for _, e := range m.Embeds {
		card := block{Kind: "embed", Colour: fmt.Sprintf("#%06x", e.Color)}
		add := func(kind, text string, bold bool) {
			if strings.Trim(text, "\u200b") != "" {
				card.Blocks = append(card.Blocks, block{Kind: kind, Lines: markdown(text, bold)})
			}
		}
		add("header", e.Title, true)
		add("text", e.Description, false)
		for _, f := range e.Fields {
			field := block{Kind: "text"}
			if f.Inline {
				field.Kind = "inline"
			}
			if strings.Trim(f.Name, "\u200b") != "" {
				field.Lines = markdown(f.Name, true)
			}
			field.Lines = append(field.Lines, markdown(f.Value, false)...)
			card.Blocks = append(card.Blocks, field)
		}
		if e.Footer.Text != "" {
			card.Blocks = append(card.Blocks, block{Kind: "small", Lines: []line{{{Text: e.Footer.Text}}}})
		}
		list = append(list, card)
	}
	return list, nil
}

// markdown resolves what Panneau writes of Discord's markup: list items, links and characters that are escaped.
func markdown(text string, bold bool) []line {
	var lines []line
	for part := range strings.SplitSeq(text, "\n") {
		if item, found := strings.CutPrefix(part, "- "); found {
			part = "•\u00a0" + item
		}
		lines = append(lines, inline(part, bold))
	}
	return lines
}

func inline(text string, bold bool) line {
	link := regexp.MustCompile(`\[((?:\\.|[^\]\\])*)\]\(([^)]+)\)`)
	var l line
	add := func(text, url string) {
		if text != "" {
			l = append(l, span{Text: regexp.MustCompile(`\\([[:punct:]])`).ReplaceAllString(text, "$1"), Bold: bold, URL: url})
		}
	}
	rest := 0
	for _, at := range link.FindAllStringSubmatchIndex(text, -1) {
		add(text[rest:at[0]], "")
		add(text[at[2]:at[3]], text[at[4]:at[5]])
		rest = at[1]
	}
	add(text[rest:], "")
	return l
}
