package picture

import (
	"image"
	"image/color"

	"github.com/panneau-ecole/panneau/bot"
)

// The colours are those of the public page by day. Every one of a level has a contrast of at least 5:1 to the ground.
var (
	ground = color.RGBA{0xFF, 0xFF, 0xFF, 0xFF} //nolint:gochecknoglobals // a constant
	ink    = color.RGBA{0x18, 0x22, 0x33, 0xFF} //nolint:gochecknoglobals // a constant
	soft   = color.RGBA{0x4D, 0x5A, 0x6E, 0xFF} //nolint:gochecknoglobals // a constant
	line   = color.RGBA{0xD5, 0xDB, 0xE4, 0xFF} //nolint:gochecknoglobals // a constant
	calm   = color.RGBA{0x17, 0x69, 0x2F, 0xFF} //nolint:gochecknoglobals // a constant
	warn   = color.RGBA{0x8A, 0x4A, 0x00, 0xFF} //nolint:gochecknoglobals // a constant
	alarm  = color.RGBA{0xB0, 0x12, 0x1F, 0xFF} //nolint:gochecknoglobals // a constant
)

// bar draws a level into a rectangle. Each has a height, a pattern and a colour of its own, any one of which is enough to
// tell it from the others: a low line, a plain third, two thirds with stripes, the whole height with a cross. It returns
// where the bar begins.
func (s sheet) bar(level bot.DayLevel, r image.Rectangle) (top int) {
	switch level {
	case bot.DayBad:
		s.fill(r, alarm)
		s.cross(r)
	case bot.DayTroubled:
		r.Min.Y += r.Dy() / 3
		s.stripes(r)
	case bot.DayCalm:
		r.Min.Y += 2 * r.Dy() / 3
		s.fill(r, calm)
	default:
		r.Min.Y = r.Max.Y - 6
		s.dashes(r)
	}
	return r.Min.Y
}

// stripes fills with slanting stripes in a frame.
func (s sheet) stripes(r image.Rectangle) {
	const wide, frame = 7, 3
	inner := r.Inset(frame)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := ground
			if (x-r.Min.X+y-r.Min.Y)/wide%2 == 0 || !image.Pt(x, y).In(inner) {
				c = warn
			}
			s.Image.SetRGBA(x, y, c)
		}
	}
}

// cross draws a light cross in the middle.
func (s sheet) cross(r image.Rectangle) {
	arm := min(r.Dx()/2-3, 14)
	centre := image.Pt((r.Min.X+r.Max.X)/2, (r.Min.Y+r.Max.Y)/2)
	for d := -arm; d <= arm; d++ {
		for thick := -2; thick <= 2; thick++ {
			s.Image.SetRGBA(centre.X+d+thick, centre.Y+d, ground)
			s.Image.SetRGBA(centre.X-d+thick, centre.Y+d, ground)
		}
	}
}

// dashes draws a broken line.
func (s sheet) dashes(r image.Rectangle) {
	for x := r.Min.X; x < r.Max.X; x += 14 {
		s.fill(image.Rect(x, r.Min.Y, min(x+8, r.Max.X), r.Max.Y), soft)
	}
}
