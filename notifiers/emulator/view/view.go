// Package view draws what the emulated chats show as a page of HTML: for people who want to see a notice as families do,
// on all three chat platforms side by side. It reads the payloads that the emulators keep and resembles the real clients
// as far as reading goes: what is bold, what is a link, what stands apart, and in which direction a line runs (that of
// its first strong letter, as the clients decide).
package view

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	_ "image/png" // the form of all pictures
	"io"
	"strings"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// Chat is a channel of an emulated chat platform.
type Chat struct {
	Platform string // "telegram", "slack" or "discord"
	Name     string // shown above
	Shown    []emulator.Shown
}

// Row is a line of chats side by side under a heading.
type Row struct {
	Heading string
	Chats   []Chat
}

//go:embed page.html
var page string

//go:embed style.css
var style string

var drawing = template.Must(template.New("page").Funcs(template.FuncMap{"style": Style}).Parse(page))

// Style is how messages look, for the page that shows them. A chat is an element of class « chat » and of that of its platform.
func Style() template.CSS { return template.CSS(style) }

// Message draws one message. The error says what of its payload cannot be read.
func Message(platform string, m emulator.Shown) (template.HTML, error) {
	blocks, err := blocksOf(platform, m)
	if err != nil {
		return "", fmt.Errorf("draw message %s: %w", m.ID, err)
	}
	var b strings.Builder
	err = drawing.ExecuteTemplate(&b, "message", blocks)
	return template.HTML(b.String()), err
}

// Page writes the page. The error names a message whose payload cannot be read.
func Page(w io.Writer, title string, rows []Row) error {
	type chat struct {
		Platform, Name string
		Messages       [][]block
	}
	type row struct {
		Heading string
		Chats   []chat
	}
	data := struct {
		Title string
		Rows  []row
	}{Title: title}
	for _, r := range rows {
		one := row{Heading: r.Heading}
		for _, c := range r.Chats {
			drawn := chat{Platform: c.Platform, Name: c.Name}
			for _, m := range c.Shown {
				blocks, err := blocksOf(c.Platform, m)
				if err != nil {
					return fmt.Errorf("draw message %s of %s: %w", m.ID, c.Name, err)
				}
				drawn.Messages = append(drawn.Messages, blocks)
			}
			one.Chats = append(one.Chats, drawn)
		}
		data.Rows = append(data.Rows, one)
	}
	return drawing.Execute(w, data)
}

// block is a part of a message that stands apart.
type block struct {
	Kind    string // "header", "text", "list", "small", "rule", "embed", "inline" (a field beside others), "picture"
	Colour  string // of the edge of an embed, as CSS
	Lines   []line
	Blocks  []block // within an embed
	Picture picture
}

// picture is an image within the page.
type picture struct {
	Source        template.URL
	Alt           string
	Width, Height int
}

// pictureOf reads an image that a message shows.
func pictureOf(p emulator.Picture) (block, error) {
	size, kind, err := image.DecodeConfig(bytes.NewReader(p.Data))
	if err != nil {
		return block{}, err
	}
	source := "data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(p.Data)
	return block{Kind: "picture", Picture: picture{template.URL(source), p.Alt, size.Width, size.Height}}, nil
}

// line is what runs in one direction.
type line []span

// span is a text of one look.
type span struct {
	Text         string
	Bold, Italic bool
	URL          string
}

// blocksOf reads a message and the picture above or beneath its text. What a person wrote is shown as it is.
func blocksOf(platform string, m emulator.Shown) ([]block, error) {
	if !m.Bot {
		return []block{{Kind: "text", Lines: []line{{{Text: m.Text}}}}}, nil
	}
	text, err := textOf(platform, m)
	if err != nil || m.Picture == nil {
		return text, err
	}
	shown, err := pictureOf(*m.Picture)
	if platform == "telegram" { // the text is a caption
		return append([]block{shown}, text...), err
	}
	return append(text, shown), err
}

func textOf(platform string, m emulator.Shown) ([]block, error) {
	switch platform {
	case "telegram":
		return readTelegram(m.Raw)
	case "slack":
		return readSlack(m.Raw)
	case "discord":
		return readDiscord(m.Raw)
	default:
		return nil, fmt.Errorf("no chat platform is called %q", platform)
	}
}
