// Package picture draws what days of school were like as bars, for people who would rather look than read: a PNG that
// says in height and pattern what it says in colour, large enough for a phone, on a ground of its own that stands in dark
// surroundings too. The same facts always give the same picture.
package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"github.com/panneau-ecole/panneau/bot"
)

// Chart is rows of bars under a title. Every text in it must be [Drawable].
type Chart struct {
	Title  string
	Rows   []Row
	Legend []Key // what the levels mean, in the order to show
}

// Row is a platform.
type Row struct {
	Name string
	Bars []Bar
}

// Bar is a day.
type Bar struct {
	Level bot.DayLevel
	Above string // how long it could not be reached: « 1 h 05 »; left out where the bars are too narrow for it
	Below string // which day it is: « 24/11 »; empty for none
}

// Key explains a level.
type Key struct {
	Level bot.DayLevel
	Text  string
}

// The measures, in pixels. A phone shows the width on about 360 points, so that 28 pixels are 12 points.
const (
	width   = 840
	margin  = 40
	room    = width - 2*margin // for the bars of a row
	most    = 56               // height of the highest bar
	widest  = 150              // a bar with its gap
	gap     = 28               // between rows
	roomy   = 120              // a bar from this width on has a text above it
	titled  = 42
	written = 30
)

// Drawable reports whether the font has every letter of a text, and draws it in the order in which it stands. It has Latin,
// Greek and Cyrillic letters.
func Drawable(text string) bool {
	parsed, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return false
	}
	for _, r := range plain(text) {
		glyph, err := parsed.GlyphIndex(nil, r)
		if err != nil || glyph == 0 {
			return false
		}
	}
	return true
}

// plain is a text as it is drawn: every space is one, and what has no form of its own is left out.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
}

// Drawable reports whether every text of the chart can be drawn.
func (c Chart) Drawable() bool {
	for _, r := range c.Rows {
		if !Drawable(r.Name) {
			return false
		}
	}
	for _, k := range c.Legend {
		if !Drawable(k.Text) {
			return false
		}
	}
	return Drawable(c.Title)
}

// PNG draws the chart.
func (c Chart) PNG() ([]byte, error) {
	title, err := face(gobold.TTF, titled)
	if err != nil {
		return nil, err
	}
	text, err := face(goregular.TTF, written)
	if err != nil {
		return nil, err
	}
	heading := wrap(title, plain(c.Title))
	s := sheet{Text: text}
	s.Image = image.NewRGBA(image.Rect(0, 0, width, c.height(len(heading))))
	s.fill(s.Image.Bounds(), line)
	s.fill(s.Image.Bounds().Inset(2), ground)
	y := margin
	for _, part := range heading {
		y += titled
		s.write(title, ink, margin, y, part)
		y += titled / 4
	}
	for _, r := range c.Rows {
		y = s.row(r, y+gap)
	}
	y += gap
	for _, k := range c.Legend {
		y = s.key(k, y)
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, s.Image); err != nil {
		return nil, fmt.Errorf("write a picture: %w", err)
	}
	return b.Bytes(), nil
}

func (c Chart) height(heading int) int {
	h := 2*margin + heading*(titled+titled/4) + gap + len(c.Legend)*keyed
	for _, r := range c.Rows {
		h += gap + r.height()
	}
	return h
}

func face(ttf []byte, size float64) (font.Face, error) {
	parsed, err := opentype.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("read a font: %w", err)
	}
	f, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("make a font of %v pixels: %w", size, err)
	}
	return f, nil
}

// sheet is a picture in the making.
type sheet struct {
	Image *image.RGBA
	Text  font.Face
}

func (s sheet) fill(r image.Rectangle, c color.Color) {
	draw.Draw(s.Image, r, image.NewUniform(c), image.Point{}, draw.Src)
}

func (s sheet) write(f font.Face, c color.Color, x, y int, text string) {
	d := font.Drawer{Dst: s.Image, Src: image.NewUniform(c), Face: f, Dot: fixed.P(x, y)}
	d.DrawString(text)
}

// centre writes a text around the middle of a range; nothing where it is wider.
func (s sheet) centre(c color.Color, x, wide, y int, text string) {
	text = plain(text)
	if w := font.MeasureString(s.Text, text).Ceil(); w <= wide {
		s.write(s.Text, c, x+(wide-w)/2, y, text)
	}
}

// The measures of a row: its name, the texts above and below the bars.
const (
	named = written + 14
	above = written + 4
	below = written + 8
)

// step is how far the bars stand from one another.
func (r Row) step() int { return min(room/max(len(r.Bars), 1), widest) }

// spoken reports whether the bars have texts above them, and dated below.
func (r Row) spoken() bool { return r.step() >= roomy }

func (r Row) dated() bool {
	for _, b := range r.Bars {
		if b.Below != "" {
			return true
		}
	}
	return false
}

func (r Row) height() int {
	h := named + most
	if r.spoken() {
		h += above
	}
	if r.dated() {
		h += below
	}
	return h
}

// row draws a row whose top is at y, and returns where it ends.
func (s sheet) row(r Row, y int) int {
	s.write(s.Text, ink, margin, y+written, clipped(s.Text, r.Name))
	end := y + r.height()
	floor := end
	if r.dated() {
		floor -= below
	}
	step := r.step()
	for i, b := range r.Bars {
		x := margin + i*step
		space := max(step/10, 3)
		top := s.bar(b.Level, image.Rect(x, floor-most, x+step-space, floor))
		if r.spoken() {
			s.centre(ink, x, step-space, top-10, b.Above)
		}
		if b.Below != "" {
			s.centre(soft, x-step, 3*step-space, end, b.Below)
		}
	}
	return end
}

// keyed is the height of a line of the legend.
const keyed = most + 14

func (s sheet) key(k Key, y int) int {
	s.bar(k.Level, image.Rect(margin, y, margin+44, y+most))
	s.write(s.Text, ink, margin+44+18, y+most-4, clipped(s.Text, k.Text))
	return y + keyed
}

// wrap divides a title into lines, at spaces.
func wrap(f font.Face, text string) []string {
	var lines []string
	for text != "" {
		end := fitting(f, text)
		if end < len(text) {
			if space := strings.LastIndexByte(text[:end], ' '); space > 0 {
				end = space
			}
		}
		lines = append(lines, text[:end])
		text = strings.TrimPrefix(text[end:], " ")
	}
	return lines
}

// clipped is what of a text fits beside the margin, with dots where that is not all.
func clipped(f font.Face, text string) string {
	text = plain(text)
	end := fitting(f, text)
	if end == len(text) {
		return text
	}
	short := []rune(text[:end])
	return string(short[:max(len(short)-2, 0)]) + "…"
}

// fitting is how much of a text, in bytes, fits into a line with the margins and a swatch.
func fitting(f font.Face, text string) int {
	const line = room - 64
	if font.MeasureString(f, text).Ceil() <= line {
		return len(text)
	}
	end := 0
	for i := range text {
		if i > 0 && font.MeasureString(f, text[:i]).Ceil() > line {
			break
		}
		end = i
	}
	return max(end, 1)
}
