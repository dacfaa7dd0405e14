package notifiertest

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// alt has what markup and mentions are made of: it must arrive as it stands.
const alt = `Une barre par jour, « plus haute » & plus <b>difficile</b> @everyone : mardi 9.`

// drawing is a small PNG.
func drawing() ([]byte, error) {
	var b bytes.Buffer
	err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30)))
	return b.Bytes(), err
}

// pictured is a notice with a picture.
func pictured(title string) bot.Message {
	m := message(title)
	m.Picture = &bot.Picture{Name: "semaine.png", Alt: alt, Draw: drawing}
	return m
}

// pictures tests messages with a picture: it is shown with its words, and never costs the text.
func (s Subject) pictures(t *testing.T) {
	t.Run("it is shown with the text, in one message", func(t *testing.T) {
		b := s.bench(t)
		receipt := b.mustPost("k1", pictured("La semaine"))
		b.wantPictured("La semaine", 1)
		if len(receipt.IDs) != 1 || receipt.IDs[0] != b.shown()[0].ID {
			t.Errorf("the receipt is %+v", receipt)
		}
		b.wantNoProblem(s.known()...)
	})
	t.Run("the longest alternative text", func(t *testing.T) {
		b := s.bench(t)
		m := pictured("La semaine")
		m.Picture.Alt = strings.Repeat("é", bot.MaxAlt)
		b.mustPost("k1", m)
		b.wantPicture(b.shown()[0], m.Picture.Alt)
	})
	t.Run("a long text", s.picturedLong)
	t.Run("it is drawn only when it is needed, and not at all for an error", func(t *testing.T) {
		b := s.bench(t)
		m := pictured("La semaine")
		m.Picture.Draw = func() ([]byte, error) { return nil, errors.New("no ink") }
		b.mustPost("k1", m)
		b.wantTextAlone("La semaine")
	})
	t.Run("what is no picture is left out", func(t *testing.T) {
		b := s.bench(t)
		m := pictured("La semaine")
		m.Picture.Draw = func() ([]byte, error) { return []byte("no PNG"), nil }
		b.mustPost("k1", m)
		if got := b.shown(); len(got) != 1 || !strings.Contains(got[0].Text, "Vérifié") {
			t.Errorf("the channel shows %+v", got)
		}
	})
	t.Run("refused", func(t *testing.T) {
		b := s.bench(t)
		b.chat.ForbidPictures(s.Channel)
		b.mustPost("k1", pictured("La semaine"))
		b.wantTextAlone("La semaine")
		b.wantNoProblem()
	})
	for i, step := range s.PictureSteps {
		last := i == len(s.PictureSteps)-1
		t.Run("step "+step, func(t *testing.T) { s.pictureStep(t, step, last) })
	}
	t.Run("a closed chat stays closed", func(t *testing.T) {
		b := s.bench(t)
		b.chat.Kick(s.Channel)
		_, err := b.post(b.posting("k1", pictured("La semaine")))
		b.wantKind("post", err, bot.KindGone)
	})
	t.Run("a void token stops the account", func(t *testing.T) {
		b := s.bench(t)
		b.chat.Revoke()
		_, err := b.post(b.posting("k1", pictured("La semaine")))
		b.wantKind("post", err, bot.KindUnauthorised)
	})
}

// pictureStep lets one step fail in every way: text alone arrives where that is certain to make no second message, and a
// message that may have arrived is not repeated.
func (s Subject) pictureStep(t *testing.T, step string, last bool) {
	for _, status := range []int{400, 403, 413} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			b := s.bench(t)
			b.chat.Inject(emulator.Fault{Method: step, Kind: emulator.Answer, Status: status})
			_, err := b.post(b.posting("k1", pictured("La semaine")))
			if kindOf(err) == bot.KindThrottled { // the servers in front of Discord shut us out as a whole
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			b.wantTextAlone("La semaine")
		})
	}
	for _, fault := range []emulator.FaultKind{emulator.CutBefore, emulator.CutAfter, emulator.CutBody, emulator.Garbage} {
		t.Run(string(fault), func(t *testing.T) {
			b := s.bench(t)
			b.chat.Inject(emulator.Fault{Method: step, Kind: fault})
			_, err := b.post(b.posting("k1", pictured("La semaine")))
			switch {
			case last:
				b.wantKind("post", err, bot.KindUncertain)
				if n := len(b.shown()); n != 1 && fault != emulator.CutBefore || n > 1 {
					t.Errorf("the channel shows %d messages", n)
				}
			case err != nil:
				t.Error(err)
			case len(b.shown()) != 1:
				t.Errorf("the channel shows %+v", b.shown())
			}
		})
	}
	t.Run("throttled", func(t *testing.T) {
		b := s.bench(t)
		b.chat.Inject(emulator.Fault{Method: step, Kind: emulator.Throttle, Wait: 1})
		_, err := b.post(b.posting("k1", pictured("La semaine")))
		if last {
			b.wantKind("post", err, bot.KindThrottled)
			if len(b.shown()) != 0 {
				t.Error("a refused message is shown")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		b.wantTextAlone("La semaine")
	})
}

// picturedLong: the whole text stands, the picture too, and only one part makes a sound.
func (s Subject) picturedLong(t *testing.T) {
	b := s.bench(t)
	text, words := counted(900)
	m := pictured("Un long avis")
	m.Sections = append(m.Sections, bot.Section{Heading: "Suite", Text: []string{text}})
	receipt := b.mustPost("k1", m)
	wantWords(t, b, words)
	shown := b.shown()
	with := slices.DeleteFunc(slices.Clone(shown), func(m emulator.Shown) bool { return m.Picture == nil })
	if len(with) != 1 {
		t.Fatalf("%d messages have a picture", len(with))
	}
	b.wantPicture(with[0], alt)
	if len(receipt.IDs) != len(shown) {
		t.Errorf("the receipt names %d messages, the channel shows %d", len(receipt.IDs), len(shown))
	}
	for _, one := range shown[1:] {
		if one.Audible && b.canBeSilent() {
			t.Error("more than the first part made a sound")
		}
	}
	b.wantNoProblem(s.known()...)
}

// known lists refusals that belong to the way: Slack's of a file that it still looks at.
func (s Subject) known() []string {
	if len(s.PictureSteps) > 1 {
		return []string{"invalid_blocks"}
	}
	return nil
}

func (b *bench) wantPictured(title string, n int) {
	b.t.Helper()
	shown := b.shown()
	if len(shown) != n || !shown[0].Audible {
		b.t.Fatalf("the channel shows %+v, want %d with a sound", shown, n)
	}
	for _, part := range []string{title, "8 h 12", "Que faire", "Page de l’incident", "Service d’information non officiel."} {
		if !strings.Contains(shown[0].Text, part) {
			b.t.Errorf("not shown: %q in\n%s", part, shown[0].Text)
		}
	}
	b.wantPicture(shown[0], alt)
}

func (b *bench) wantPicture(m emulator.Shown, alt string) {
	b.t.Helper()
	want, err := drawing()
	if err != nil || m.Picture == nil || !bytes.Equal(m.Picture.Data, want) {
		b.t.Fatalf("the picture is not shown as it was drawn: %+v %v", m.Picture, err)
	}
	if b.subject.Alt && m.Picture.Alt != alt {
		b.t.Errorf("the alternative text is %q, want %q", m.Picture.Alt, alt)
	}
}

func (b *bench) wantTextAlone(title string) {
	b.t.Helper()
	shown := b.shown()
	if len(shown) != 1 || shown[0].Picture != nil || !shown[0].Audible {
		b.t.Fatalf("the channel shows %+v, want one message without a picture", shown)
	}
	if !strings.Contains(shown[0].Text, title) || !strings.Contains(shown[0].Text, "Service d’information non officiel.") {
		b.t.Errorf("the text is not whole:\n%s", shown[0].Text)
	}
}
