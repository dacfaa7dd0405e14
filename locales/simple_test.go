package locales

import (
	"regexp"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
)

// The measure of the simplified version, in words.
const (
	simpleMean = 12
	simpleMost = 15
)

// sentencesOf cuts a text into sentences and counts their words. A placeholder is one word, a colon no end.
func sentencesOf(text string) map[string]int {
	found := map[string]int{}
	for sentence := range strings.SplitSeq(regexp.MustCompile(`[.!?…\n]+(\s|$)`).ReplaceAllString(text, "\n"), "\n") {
		if n := len(regexp.MustCompile(`[\p{L}\p{N}{]+[^\s]*`).FindAllString(sentence, -1)); n > 0 {
			found[sentence] = n
		}
	}
	return found
}

// readByFamilies reports whether families read a text in a chat: not what is for teachers, staff or the operator.
func readByFamilies(key string) bool {
	return !forOthers(key) || strings.HasPrefix(key, "label.")
}

// TestSimpleTextsAreShort measures every text that families read in the simplified version.
func TestSimpleTextsAreShort(t *testing.T) {
	words, sentences, keys := 0, 0, 0
	for key, m := range renderer(t).texts["fr-x-simple"].messages {
		if !readByFamilies(key) {
			continue
		}
		keys++
		for _, text := range formsOf(m) {
			total, count := 0, 0
			for sentence, n := range sentencesOf(text) {
				if n > simpleMost {
					t.Errorf("%s: %d words: %q", key, n, sentence)
				}
				total, count = total+n, count+1
			}
			if count > 0 && total > simpleMean*count {
				t.Errorf("%s: %d words in %d sentences: %q", key, total, count, text)
			}
			words, sentences = words+total, sentences+count
		}
	}
	t.Logf("%d texts, %d sentences of %.1f words", keys, sentences, float64(words)/float64(max(sentences, 1)))
}

// TestSimpleNotices measures what families read in the end, names and times included, and writes it to be read.
func TestSimpleNotices(t *testing.T) {
	g := newReader(t)
	words, sentences := 0, 0
	put := func(heading string, m bot.Message, err error) {
		g.add(heading, m, err)
		text := strings.Join([]string{m.Summary, m.Footer}, "\n")
		for _, s := range m.Sections {
			text += "\n" + strings.Join(append(s.Text, s.Items...), "\n")
		}
		for sentence, n := range sentencesOf(strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(text)) {
			if n > simpleMost+5 { // a name and a time have up to eight words together
				t.Errorf("%s: %d words: %q", heading, n, sentence)
			}
			words, sentences = words+n, sentences+1
		}
		for _, fault := range append(Lint(text), Jargon(text)...) {
			t.Errorf("%s: %v", heading, fault)
		}
	}
	for _, step := range []bot.Step{bot.StepOpened, bot.StepWorse, bot.StepBetter, bot.StepUnknown, bot.StepResolved} {
		list := bulletins(t, step)
		for _, c := range told() {
			if n, ok := list[c]; ok {
				m, err := g.r.Notice("fr-x-simple", n)
				put(string(step)+", "+string(c), m, err)
			}
		}
	}
	n := in(pronote(t), bot.LoginImpossible)
	n.Platform, n.Offers = bot.Platform{ID: "enthdf", Name: "ENT Hauts-de-France"}, offersOf("pronote-identifiant", "tot-le-matin")
	m, err := g.r.Notice("fr-x-simple", n)
	put("an ENT, with offers", m, err)
	if mean := float64(words) / float64(sentences); mean > simpleMean {
		t.Errorf("%.1f words a sentence, at most %d", mean, simpleMean)
	} else {
		t.Logf("%d sentences of %.1f words", sentences, mean)
	}
	g.compareIn("fr-x-simple", "families")
}
