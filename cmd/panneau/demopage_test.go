package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot/statuspage/browsertest"
)

// openDemo plays a story for spectators and returns the address of its page. The end of the test ends it, as Ctrl+C does.
func openDemo(t *testing.T, story string) string {
	t.Helper()
	said := &journal{}
	m := Main{Getenv: func(string) string { return "" }, Stdout: said, Stderr: io.Discard}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.demonstrate(ctx, demoOptions{story: story}) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(strings.Join(said.take(), "\n")); address != "" {
			return address
		}
	}
	t.Fatal("the page does not open")
	return ""
}

// visit asks for a page, or sends a form where there are fields, and returns what is to be read.
func visit(t *testing.T, address string, fields url.Values) (status int, text string) {
	t.Helper()
	status, page := pageAt(t, address, fields)
	return status, plain(regexp.MustCompile(`(<[^>]*>|\s)+`).ReplaceAllString(page, " "))
}

// pageAt is visit with the page as it is sent.
func pageAt(t *testing.T, address string, fields url.Values) (status int, text string) {
	t.Helper()
	method, body := http.MethodGet, ""
	if fields != nil {
		method, body = http.MethodPost, fields.Encode()
	}
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(page)
}

// TestDemoPage: the time of the story goes where it is asked to, each chat answers what is typed into it, what was is
// shown again, and the end is judged as without a page.
func TestDemoPage(t *testing.T) {
	t.Parallel()
	page := openDemo(t, "reseau-2025")
	const told = "Réseau du lycée : inaccessible"
	status, text := visit(t, page+"/", nil)
	if status != http.StatusOK || !strings.Contains(text, "7 h – Octobre 2025") || strings.Contains(text, told) {
		t.Errorf("at first: %d\n%s", status, text)
	}
	_, text = visit(t, page+"/aller", url.Values{"minute": {"60"}, "pas": {"10"}})
	if n := strings.Count(text, told); n != 3 || !strings.Contains(text, "8 h 10 – ") || !strings.Contains(text, "inaccessible depuis 8 h.") {
		t.Errorf("at 8:10 told %d times\n%s", n, text)
	}
	const answer = "État des plateformes à 8 h 10"
	for seat, command := range []string{"/status@PanneauBot", "/panneau status", "/status"} {
		before := strings.Count(text, answer)
		_, text = visit(t, page+"/dire", url.Values{"messagerie": {strconv.Itoa(seat)}, "texte": {command}})
		if n := strings.Count(text, answer); n != before+1 {
			t.Errorf("%s is answered %d times\n%s", command, n-before, text)
		}
	}
	pressAll(t, page)
	if _, text = visit(t, page+"/?minute=59", nil); strings.Contains(text, told) || !strings.Contains(text, "7 h 59 – ") || !strings.Contains(text, "déjà joué") {
		t.Errorf("a look back shows\n%s", text)
	}
	if _, text = visit(t, page+"/?minute=500", nil); !strings.Contains(text, "8 h 10 – ") {
		t.Errorf("a look ahead shows\n%s", text)
	}
	if _, text = visit(t, page+"/aller", url.Values{"minute": {"180"}}); !strings.Contains(text, "10 h – ") ||
		!strings.Contains(text, "slack (teachers) : messages vivants 1, modifications 0, messages courts 0, sonneries 1") ||
		!strings.Contains(text, "Toutes les promesses sont tenues") {
		t.Errorf("the end shows\n%s", text)
	}
}

// pressAll presses buttons beneath the notice of each chat: what they answer is to be seen, also what is written in private.
func pressAll(t *testing.T, page string) {
	t.Helper()
	_, text := pageAt(t, page+"/", nil)
	forms := regexp.MustCompile(`action="/appuyer"><input type="hidden" name="messagerie" value="(\d)"><input type="hidden" name="message" value="([^"]+)">`)
	notices := map[string]string{}
	for _, found := range forms.FindAllStringSubmatch(text, -1) {
		notices[found[1]] = cmp.Or(notices[found[1]], found[2])
	}
	if len(notices) != 3 {
		t.Fatalf("buttons stand in %d chats\n%s", len(notices), text)
	}
	for seat, message := range notices {
		press := func(label string) string {
			_, text := visit(t, page+"/appuyer", url.Values{"messagerie": {seat}, "message": {message}, "bouton": {label}})
			return text
		}
		for label, answer := range map[string]string{labelAlso: "C'est compté", labelTell: "C'est noté", "Personne": ""} {
			_, before := visit(t, page+"/", nil)
			after := press(label)
			if added := strings.Count(after, answer) - strings.Count(before, answer); answer != "" && (added < 1 || added > 2) { // in a window or alone, and in private
				t.Errorf("%s: « %s » is answered %d times\n%s", seat, label, added, after)
			} else if answer == "" && strings.Count(after, "visible par vous seul") != strings.Count(before, "visible par vous seul") {
				t.Errorf("%s: a button that is not there is answered\n%s", seat, after)
			}
		}
	}
}

// TestDemoPageRefuses: nobody but the person at this machine gets in, and what makes no sense is said to.
func TestDemoPageRefuses(t *testing.T) {
	t.Parallel()
	page := openDemo(t, "va-et-vient")
	long := strings.Repeat("a", longestText+1)
	for name, c := range map[string]struct {
		path   string
		fields url.Values
		status int
	}{
		"no number": {"/aller", url.Values{"minute": {"x"}}, http.StatusBadRequest}, "no chat": {"/dire", url.Values{"messagerie": {"3"}, "texte": {"a"}}, http.StatusBadRequest},
		"nothing": {"/dire", url.Values{"messagerie": {"0"}, "texte": {" "}}, http.StatusBadRequest}, "too long": {"/dire", url.Values{"messagerie": {"0"}, "texte": {long}}, http.StatusBadRequest},
		"lines": {"/dire", url.Values{"messagerie": {"0"}, "texte": {"a\nb"}}, http.StatusBadRequest}, "huge": {"/aller", url.Values{"minute": {strings.Repeat("1", 5000)}}, http.StatusBadRequest},
		"no button": {"/appuyer", url.Values{"messagerie": {"0"}, "message": {"1"}}, http.StatusBadRequest}, "nobody's button": {"/appuyer", url.Values{"messagerie": {"9"}, "message": {"1"}, "bouton": {"a"}}, http.StatusBadRequest},
		"elsewhere": {"/etc", nil, http.StatusNotFound}, "method": {"/aller", nil, http.StatusMethodNotAllowed},
	} {
		if status, _ := visit(t, page+c.path, c.fields); status != c.status {
			t.Errorf("%s: %d, want %d", name, status, c.status)
		}
	}
	for name, c := range map[string]struct {
		host, origin string
		status       int
	}{
		"its own": {"", page, http.StatusOK}, "another page": {"", "https://exemple.fr", http.StatusForbidden},
		"another name": {"exemple.fr", "http://exemple.fr", http.StatusMisdirectedRequest},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, page+"/aller", strings.NewReader("minute=1"))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = c.host
		r.Header.Set("Origin", c.origin)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != c.status {
			t.Errorf("%s: %d, want %d", name, answer.StatusCode, c.status)
		}
	}
}

// reach plays the story until a minute. On a slow machine one request does not get there.
func reach(t *testing.T, page string, minute int) {
	t.Helper()
	for range 20 {
		_, text := pageAt(t, page+"/aller", url.Values{"minute": {strconv.Itoa(minute)}})
		if strings.Contains(text, fmt.Sprintf(`data-minute="%d"`, minute)) {
			return
		}
	}
	t.Fatalf("the story does not reach minute %d", minute)
}

// TestDemoInBrowser looks at the page at noon on 6 April 2021, as a phone and a desk show it: what the
// ministry says just then is in view in every chat.
func TestDemoInBrowser(t *testing.T) {
	b := browsertest.Start(t)
	page := openDemo(t, standardStory)
	visit(t, page+"/aller", url.Values{"minute": {"92"}})
	b.Look(t, page+"/?minute=92", 1280, "light")
	b.Call(t, "Emulation.setDeviceMetricsOverride", map[string]any{"width": 1280, "height": 1090, "deviceScaleFactor": 1, "mobile": false})
	snap(t, b, "demo") // the picture of README.md
	reach(t, page, 330)
	for _, seat := range []string{"0", "1", "2"} {
		for _, width := range []int{360, 1280} {
			b.Look(t, page+"/?minute=330&messagerie="+seat, width, "light")
			b.Evaluate(t, `new Promise(done => setTimeout(done, 100))`, nil)
			snap(t, b, "demo-"+strconv.Itoa(width)+"-"+seat)
			var seen bool
			b.Evaluate(t, `(() => {
				const room = document.querySelector('#salon-`+seat+`'), view = room.parentElement.getBoundingClientRect()
				const walker = document.createTreeWalker(room, NodeFilter.SHOW_TEXT)
				const lines = document.createRange()
				while (walker.nextNode()) if (walker.currentNode.data.includes('la fluidité de ces deux dispositifs')) {
					lines.selectNodeContents(walker.currentNode)
					const line = lines.getBoundingClientRect()
					if (line.height > 0 && line.bottom > view.top && line.top < view.bottom) return true
				}
				return false
			})()`, &seen)
			if !seen {
				t.Errorf("chat %s does not show at %d pixels what is said", seat, width)
			}
			check(t, b, page)
		}
	}
	for seat, command := range []string{"/status@PanneauBot atrium", "/panneau status atrium", "/status atrium"} {
		visit(t, page+"/dire", url.Values{"messagerie": {strconv.Itoa(seat)}, "texte": {command}})
	}
	b.Look(t, page+"/", 1280, "light")
	snap(t, b, "demo-answered")
	check(t, b, page)
}

// check holds the page that is shown to what browsers and axe-core find.
func check(t *testing.T, b *browsertest.Browser, page string) {
	t.Helper()
	for _, fault := range append(b.Faults(t), b.Violations(t)...) {
		t.Error(fault)
	}
	for _, address := range b.Asked {
		if !strings.HasPrefix(address, page+"/") && address != "data:," {
			t.Errorf("asked for %s", address)
		}
	}
}

// snap keeps a picture of the screen where -shots asks for it.
func snap(t *testing.T, b *browsertest.Browser, name string) {
	t.Helper()
	if *shots == "" {
		return
	}
	picture, err := png.Decode(bytes.NewReader(b.Picture(t, false)))
	if err != nil {
		t.Fatal(err)
	}
	var small bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&small, indexed(picture)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, name+".png"), small.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// indexed is a picture in its 256 most frequent colours: a third of the size.
func indexed(picture image.Image) image.Image {
	count := map[color.RGBA]int{}
	area := picture.Bounds()
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			count[color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA)]++
		}
	}
	frequent := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int { return count[b] - count[a] })
	colours := color.Palette{}
	for _, c := range frequent[:min(256, len(frequent))] {
		colours = append(colours, c)
	}
	small := image.NewPaletted(area, colours)
	draw.Draw(small, area, picture, area.Min, draw.Src)
	return small
}

// TestDemoByKeyboard plays, stops, and writes into a chat with the keys alone.
func TestDemoByKeyboard(t *testing.T) {
	b := browsertest.Start(t)
	page := openDemo(t, "reseau-2025")
	b.Look(t, page+"/", 1280, "light")
	reach := func(selector string) {
		t.Helper()
		for range 40 {
			var there bool
			b.Press(t, "Tab")
			var marked bool
			b.Evaluate(t, `getComputedStyle(document.activeElement).outlineStyle != 'none'`, &marked)
			if !marked {
				t.Errorf("the focus cannot be seen on the way to %s", selector)
			}
			if b.Evaluate(t, `document.activeElement.matches('`+selector+`')`, &there); there {
				return
			}
		}
		t.Fatalf("Tab does not lead to %s", selector)
	}
	until := func(what string) {
		t.Helper()
		for range 3000 { // three hours of a story take more than a minute on a busy machine, under the race detector
			var done bool
			if b.Evaluate(t, what, &done); done {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		var state string
		b.Evaluate(t, `JSON.stringify([document.body.dataset, document.activeElement.id, document.querySelector('#minute').value, document.querySelector('#note').textContent])`, &state)
		t.Fatalf("never: %s; %s", what, state)
	}
	const clock = `Number(document.body.dataset.minute)`
	reach("#lecture")
	b.Press(t, "Enter")
	until(clock + ` >= 4`)
	b.Press(t, "Enter")
	until(`document.querySelector('#lecture').textContent == 'Lire'`)
	reach("#minute")
	b.Press(t, "End")
	until(clock + ` == 180`)
	until(`document.querySelector('#bilan li') != null`)
	b.Press(t, "Home")
	until(clock + ` == 0`)
	reach("#texte-1")
	for _, letter := range "/panneau status" {
		b.Press(t, string(letter))
	}
	b.Press(t, "Enter")
	until(`document.querySelector('#salon-1').textContent.includes('visible par vous seul')`)
	until(`document.activeElement.id == 'texte-1' && document.activeElement.value == ''`)
	check(t, b, page)
}

// TestDemoWithoutJavaScript goes on and writes with the plain forms.
func TestDemoWithoutJavaScript(t *testing.T) {
	b := browsertest.Start(t)
	page := openDemo(t, "reseau-2025")
	b.Call(t, "Emulation.setScriptExecutionDisabled", map[string]any{"value": true})
	b.Look(t, page+"/", 360, "light")
	for range 6 { // skip link, bar, « aller », three steps before the last
		b.Press(t, "Tab")
	}
	b.Press(t, "Tab")
	b.Press(t, "Enter")
	b.Await(t, "Page.loadEventFired")
	snap(t, b, "demo-360-without-javascript")
	if status, text := visit(t, page+"/", nil); status != http.StatusOK || !strings.Contains(text, "8 h – ") {
		t.Errorf("the form leads to\n%s", text)
	}
	if len(b.Problems) > 0 {
		t.Error(b.Problems)
	}
}
