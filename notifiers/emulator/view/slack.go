package view

import (
	"encoding/json"
	"strings"
)

// slackElement is a block of Block Kit, or a part of one.
type slackElement struct {
	Type     string
	Text     json.RawMessage
	URL      string
	Style    json.RawMessage // an object, or the word « bullet » of a list
	Elements []slackElement
}

// readSlack reads blocks: headers, rich text, context and dividers. Buttons cannot be pressed in a picture and are left
// out, as on the other platforms.
func readSlack(raw string) ([]block, error) {
	var m struct{ Blocks []slackElement }
	if err := json.Unmarshal([]byte(raw), &m); err != nil {
		return nil, err
	}
	var list []block
	for _, e := range m.Blocks {
		switch e.Type {
		case "header":
			list = append(list, block{Kind: "header", Lines: []line{{{Text: e.text(), Bold: true}}}})
		case "divider":
			list = append(list, block{Kind: "rule"})
		case "context":
			for _, small := range e.Elements {
				list = append(list, block{Kind: "small", Lines: []line{{{Text: small.text()}}}})
			}
		case "actions":
		default:
			for _, part := range e.Elements {
				list = append(list, part.rich())
			}
		}
	}
	return list, nil
}

// text is a plain text, or that of a text object.
func (e slackElement) text() string {
	var text string
	if json.Unmarshal(e.Text, &text) == nil {
		return text
	}
	var object struct{ Text string }
	if json.Unmarshal(e.Text, &object) != nil {
		return ""
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(object.Text)
}

// rich is a section or a list of rich text.
func (e slackElement) rich() block {
	if e.Type == "rich_text_list" {
		list := block{Kind: "list"}
		for _, item := range e.Elements {
			list.Lines = append(list.Lines, item.rich().Lines...)
		}
		return list
	}
	b := block{Kind: "text", Lines: []line{nil}}
	for _, part := range e.Elements {
		var style struct{ Bold, Italic bool }
		_ = json.Unmarshal(part.Style, &style) // text without a style has none
		for _, r := range part.text() {
			b.put(r, span{Text: string(r), Bold: style.Bold, Italic: style.Italic, URL: part.URL})
		}
	}
	return b
}
