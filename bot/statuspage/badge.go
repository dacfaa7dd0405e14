package statuspage

import (
	"unicode/utf8"

	"github.com/panneau-ecole/panneau/bot"
)

// badgeView is a small picture of the state of a platform, for pages of others. The words say what the colour says.
type badgeView struct {
	Name, Label string
	Left, Full  int // pixels: the width of the name's part, and of both
	LabelAt     int
	NameLength  int
	LabelLength int
	Colour      string
}

// badgeColour is one of those of the light style sheet: white text has a contrast of at least 4.5 to 1 on them.
func badgeColour(tone string) string {
	return map[string]string{
		toneCalm: "#17692f", toneWarn: "#8a4a00", toneAlarm: "#b0121f", toneInfo: "#174a8c", toneUnknown: "#4d5a6e",
	}[tone]
}

func (p *Page) badge(f *facts, q filter, view bot.PlatformView) *document {
	v := p.platformView(f, q, view)
	label := v.Label
	if !v.Current {
		label = p.languages[q.lang].say("known", nil) + label
	}
	const edge = 7                                                                  // pixels at both ends of a text
	width := func(text string) int { return 13 * utf8.RuneCountInString(text) / 2 } // 6.5 a letter on the average, at size 11
	b := badgeView{Name: v.Name, Label: label, NameLength: width(v.Name), LabelLength: width(label), Colour: badgeColour(v.Tone)}
	b.Left = b.NameLength + 2*edge
	b.LabelAt, b.Full = b.Left+edge, b.Left+b.LabelLength+2*edge
	body, err := p.languages[q.lang].render("badge", b)
	if err != nil {
		p.config.Logger.Error("render a badge", "err", err)
	}
	return p.open("image/svg+xml", feedCache, body)
}
