package locales

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// lastDays are school days before the Tuesday on which so many platforms failed, with what was seen on them.
func lastDays(seen ...bot.Attendance) []bot.DaySeen {
	var days []bot.DaySeen
	d := calendar.On(2021, time.March, 8)
	for _, a := range seen {
		for d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
			d++
		}
		days = append(days, bot.DaySeen{Date: d, Seen: a})
		d++
	}
	return days
}

// The kinds of day.
func calmDay() bot.Attendance { return bot.Attendance{Of: 10, Hours: 10} }
func down(minutes int) bot.Attendance {
	return bot.Attendance{Of: 10, Hours: 10, Down: minutes}
}
func slow(minutes int) bot.Attendance {
	return bot.Attendance{Of: 10, Hours: 10, Slow: minutes}
}

// week is a weekly note whose lines have every kind of day.
func week(t testing.TB) bot.Note {
	n := noteOf(t, bot.NoteWeekly, 17, 0)
	n.Now = time.Date(2021, time.March, 12, 17, 0, 0, 0, location(t, "Europe/Paris"))
	n.Week = bot.Week{First: calendar.On(2021, time.March, 8), Last: calendar.On(2021, time.March, 12), Until: n.Now.Add(-time.Hour)}
	both := down(12)
	both.Slow = 75
	for _, l := range []struct {
		name string
		days []bot.Attendance
	}{
		{"Pronote", []bot.Attendance{calmDay(), down(105), down(12), calmDay(), {Of: 8}}},
		{"ENT Hauts-de-France (lycées et collèges)", []bot.Attendance{slow(60), both, calmDay(), calmDay(), calmDay()}},
		{"ÉduConnect", []bot.Attendance{calmDay(), calmDay(), calmDay(), calmDay(), calmDay()}},
		{"Parcoursup", []bot.Attendance{{Of: 10}, {Of: 10}, {Of: 4}, {Of: 10}, down(60)}},
	} {
		line := bot.WeekLine{Platform: bot.Platform{ID: bot.PlatformID(strings.ToLower(l.name)), Name: l.name}, Days: lastDays(l.days...)}
		for _, d := range line.Days {
			line.Now.Of, line.Now.Hours = line.Now.Of+d.Seen.Of, line.Now.Hours+d.Seen.Hours
			line.Now.Down, line.Now.Slow = line.Now.Down+d.Seen.Down, line.Now.Slow+d.Seen.Slow
		}
		n.Week.Lines = append(n.Week.Lines, line)
	}
	return n
}

// asked is the answer to a question about Pronote, with its last school days.
func asked(t testing.TB, days []bot.DaySeen) bot.Overview {
	now := school(t, 8, 0)
	return bot.Overview{
		Now: now, Place: bot.Place{Location: location(t, "Europe/Paris"), Name: "Paris"}, Asked: "pronote", Recent: days,
		Platforms: []bot.PlatformView{trouble("Pronote", bot.Normal, now.Add(-48*time.Hour), now)},
	}
}

func hardMonth() []bot.DaySeen {
	c := calmDay()
	return lastDays(c, c, down(30), c, c, c, slow(240), c, bot.Attendance{Of: 10}, c, c, down(400), c, c, c, c, c, c, c, down(4))
}

// readPictures reads the messages that have a picture, and what it shows in words.
func readPictures(g *reader) {
	m, err := g.r.Note(g.lang, week(g.t))
	g.add("a week", m, err)
	g.overview("the last days", asked(g.t, hardMonth()))
	g.overview("one hard day", asked(g.t, lastDays(calmDay(), calmDay(), down(20), calmDay(), calmDay())))
	g.overview("calm days", asked(g.t, lastDays(calmDay(), calmDay(), calmDay(), calmDay(), calmDay())))
	w, err := g.r.newWriter(g.lang, bot.Families, bot.Place{Location: location(g.t, "Europe/Paris")}, school(g.t, 8, 0))
	if err != nil {
		g.t.Fatal(err)
	}
	for _, key := range w.legend() {
		fmt.Fprintln(&g.b, key.Text)
	}
}

func drawn(t *testing.T, m bot.Message, err error) (*bot.Picture, image.Image) {
	t.Helper()
	if err != nil || m.Picture == nil {
		t.Fatalf("no picture in %q: %v", m.Title, err)
	}
	data, err := m.Picture.Draw()
	if err != nil {
		t.Fatal(err)
	}
	again, err := m.Picture.Draw()
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("the same picture is drawn otherwise the second time: %v", err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return m.Picture, img
}

// TestPictures holds the pictures to those in testdata, which somebody has looked at.
func TestPictures(t *testing.T) {
	r := renderer(t)
	note, err := r.Note("fr", week(t))
	_, weekly := drawn(t, note, err)
	comparePicture(t, "week", weekly)
	note, err = r.Note("ru", week(t))
	_, russian := drawn(t, note, err)
	comparePicture(t, "week-ru", russian)
	answer, err := r.Overview("fr", asked(t, hardMonth()))
	_, recent := drawn(t, answer, err)
	comparePicture(t, "recent", recent)
	for _, lang := range []string{"ar", "zh"} { // the font has not their letters
		note, err = r.Note(lang, week(t))
		picture, img := drawn(t, note, err)
		if worst := difference(img, weekly); worst != 0 {
			t.Errorf("%s: the picture differs from the French one by %d", lang, worst)
		}
		if strings.Contains(picture.Alt, "barre") {
			t.Errorf("%s: the alternative text is French: %s", lang, picture.Alt)
		}
	}
}

func comparePicture(t *testing.T, name string, got image.Image) {
	t.Helper()
	path := filepath.Join("testdata", "pictures", name+".png")
	if *update {
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, got); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	want, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	// Processors differ in the last bits of the edges of letters.
	if worst := difference(got, want); worst > 8 {
		t.Errorf("%s differs by %d of 255; look at it, and update it with -update", name, worst)
	}
}

// difference is the largest one between two pictures in any colour of any pixel, of 255.
func difference(a, b image.Image) int {
	if a.Bounds() != b.Bounds() {
		return 255
	}
	worst := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			for _, d := range []int{int(r1) - int(r2), int(g1) - int(g2), int(b1) - int(b2)} {
				worst = max(worst, max(d, -d)>>8)
			}
		}
	}
	return worst
}

// TestAPictureOfManyPlatforms: the difficult ones come first, no more than a phone shows, and the words about them are
// short enough for every chat platform.
func TestAPictureOfManyPlatforms(t *testing.T) {
	n := week(t)
	calm, hard := n.Week.Lines[2], n.Week.Lines[0]
	n.Week.Lines = nil
	for i := range 60 {
		line := calm
		if i >= 35 {
			line = hard
			line.Platform.Name = strings.Repeat("Très long nom ", 12)
		}
		n.Week.Lines = append(n.Week.Lines, line)
	}
	m, err := renderer(t).Note("fr", n)
	picture, img := drawn(t, m, err)
	if count := utf8.RuneCountInString(picture.Alt); count != bot.MaxAlt {
		t.Errorf("the alternative text has %d characters", count)
	}
	// Telegram: width and height together at most 10,000, one at most twenty times the other.
	if b := img.Bounds(); b.Dx()+b.Dy() > 10_000 || b.Dy() > 20*b.Dx() {
		t.Errorf("the picture measures %v", b)
	}
	if n.Week.Lines[0].Platform.Name != calm.Platform.Name {
		t.Error("the note's own order was changed")
	}
}

// TestNoPicture: nothing is drawn where too little is known.
func TestNoPicture(t *testing.T) {
	n := week(t)
	n.Week.Lines = n.Week.Lines[3:]
	n.Week.Lines[0].Now = bot.Attendance{Of: 44, Hours: 10}
	m, err := renderer(t).Note("fr", n)
	if err != nil || m.Picture != nil {
		t.Errorf("a picture of too little: %v, %v", m.Picture, err)
	}
	m, err = renderer(t).Overview("fr", asked(t, nil))
	if err != nil || m.Picture != nil {
		t.Errorf("a picture of nothing: %v, %v", m.Picture, err)
	}
}

// TestAPlatformWithoutDrawableName is drawn with its id.
func TestAPlatformWithoutDrawableName(t *testing.T) {
	for name, want := range map[string]string{"Pronote": "Pronote", "مدرسة": "id", "学校": "id", "": "id", "Éclat 🎓": "id"} {
		if got := named(bot.Platform{ID: "id", Name: name}); got != want {
			t.Errorf("%q is drawn as %q, want %q", name, got, want)
		}
	}
}
