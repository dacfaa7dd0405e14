package locales

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/panneau-ecole/panneau/bot"
)

// translated lists the languages other than French and its varieties.
func translated(r *Renderer) []string {
	return slices.DeleteFunc(r.Languages(), func(lang string) bool { return r.texts[lang].french() })
}

// TestTranslations holds every other language to a golden file of its own: the scenes of the French ones, and every
// plural form. Messages for families stand there whole; of the others, what was not to be read above.
func TestTranslations(t *testing.T) {
	for _, lang := range translated(renderer(t)) {
		t.Run(lang, func(t *testing.T) {
			g := newReader(t)
			g.lang = lang
			var text strings.Builder
			seen := map[string]bool{}
			for _, s := range append(scenes(), scene{"counts", readCounts}) {
				if s.name == "names" {
					continue
				}
				g.b.Reset()
				s.read(g)
				whole := s.name == "families-opened" || s.name == "families-resolved"
				fmt.Fprintf(&text, "##### %s\n%s\n", s.name, digest(g.b.String(), seen, whole))
			}
			g.b.Reset()
			g.b.WriteString(text.String())
			g.compareIn(lang, "texts")
		})
	}
}

// digest leaves out the lines that were seen before, and headings that nothing is left below, unless all is to be kept.
func digest(text string, seen map[string]bool, whole bool) string {
	var b strings.Builder
	heading := ""
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "==="):
			heading = line
		case line == "\n" && (!whole || heading != ""), seen[line] && !whole:
		default:
			b.WriteString(heading + line)
			heading = ""
		}
		seen[line] = true
	}
	return b.String()
}

// readCounts reads every text that depends on a number, once in each plural form.
func readCounts(g *reader) {
	w := clockwork(g.t, g.lang, school(g.t, 8, 5))
	for _, key := range keysBelow(w.catalogue, "") {
		if !w.plural(key) || forOperators(key) {
			continue
		}
		for _, n := range examples(w.catalogue) {
			text := w.say(key, values{
				"Count": n, "Moment": w.at(w.now), "Ago": w.ago(w.now), "Of": whole(9), "Total": whole(9),
				"Line": w.part("note.weekly.line", values{"Name": w.bare(bot.Platform{Name: "Pronote"}), "Share": w.percent(0.985)}),
				"Area": w.free("Lille"), "Example": w.example("/plateformes", "Lille"),
				"Condition": w.part("state.down", nil), "Names": w.list("list.and", w.names([]bot.Platform{{Name: "Pronote"}, {Name: "Pix"}})),
			})
			fmt.Fprintf(&g.b, "=== %s, %d\n%s\n", key, n, text)
		}
	}
	if w.err != nil {
		g.t.Error(w.err)
	}
}

// examples are the smallest numbers that take each plural form, up to a thousand.
func examples(c *catalogue) []int {
	var list []int
	form, seen := pluralRule(c.tag), map[string]bool{}
	for n := range 1000 {
		if form := form(n); !seen[form] {
			seen[form] = true
			list = append(list, n)
		}
	}
	return list
}

// forOperators reports whether a text is shown to those only who run Panneau, in a terminal or a chat; those are French.
func forOperators(key string) bool {
	return strings.HasPrefix(key, "terminal.") || strings.HasPrefix(key, "operator.")
}

// golden is everything that a language's golden files show.
func golden(t *testing.T, lang string) string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "golden", lang, "*.txt"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %d golden files, %v", lang, len(paths), err)
	}
	var all strings.Builder
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	return all.String()
}

// TestTranslationsAreClean runs the rules that hold in every language over all that a person reads in it.
func TestTranslationsAreClean(t *testing.T) {
	for _, lang := range renderer(t).Languages() {
		text := withoutHeadings(golden(t, lang))
		for _, f := range LintAny(text) {
			t.Errorf("%s: %v", lang, f)
		}
		if strings.HasPrefix(lang, "fr") {
			continue
		}
		for _, found := range regexp.MustCompile(`.*[\s\x{a0}\x{202f}][:;!?].*`).FindAllString(text, -1) {
			if !strings.Contains(found, "<@U1>") && !strings.Contains(found, "Le carnet du site") { // what people typed
				t.Errorf("%s: a space before a sign, as in French: %q", lang, found)
			}
		}
	}
}

// frenchWords stand in no other language of Panneau: « est », « mais », « plus » or « pas » do.
const frenchWords = "depuis|vous|votre|vos|nous|notre|avec|sont|cette|une|aux|chez|être|difficultés|connexion|plateforme|plateformes" +
	"|lentement|vérifié|service saturé|inaccessible depuis|ou|et|le site|les|des|du|qu|toutes"

// ownNames are names and signs that are the same everywhere.
const ownNames = "Panneau|Pronote|ENT|FranceConnect|PDF|DNS|TLS|URL|IPv4|IPv6|ping|Internet|ms"

// quotedFrench are words of French schools that a text names, as families see them on the screen or hear them at the desk.
const quotedFrench = "espace numérique de travail|vie scolaire|cahier de textes|collectivité|carnet de correspondance|carnet de liaison|carnet" +
	"|logiciel client|académie|académies"

// typedFrench are words that people type: the same in every language.
const typedFrench = "oui|non"

// TestNoFrenchIsLeft looks for French words in the texts of other languages, and for any Latin word that is no name where
// another script is used.
func TestNoFrenchIsLeft(t *testing.T) {
	r := renderer(t)
	names := regexp.MustCompile(`(?i)\b(` + ownNames + `)\b|ÉduConnect|` + quotedFrench + "|" + `\b(` + typedFrench + `)\b`)
	for _, lang := range translated(r) {
		latin := isLatin(lang)
		for key, m := range r.texts[lang].messages {
			for form, text := range formsOf(m) {
				text = names.ReplaceAllString(regexp.MustCompile(`\{\{\.\w+\}\}`).ReplaceAllString(text, " "), " ")
				if !latin && regexp.MustCompile(`\p{Latin}{2,}`).MatchString(text) {
					t.Errorf("%s: %s (%s): Latin words in %q", lang, key, form, text)
				}
				for word := range strings.SplitSeq(frenchWords, "|") {
					if latin && !foreignToo(lang, word) && strings.Contains(strings.ToLower(letters(text)), " "+word+" ") {
						t.Errorf("%s: %s (%s): %q in %q", lang, key, form, word, text)
					}
				}
				if source := formsOf(r.texts["fr"].messages[key])[form]; source == m.Other && wordy(text) {
					t.Errorf("%s: %s is the French text: %q", lang, key, text)
				}
			}
		}
	}
}

// isLatin reports whether a language is written in Latin letters.
func isLatin(lang string) bool { return slices.Contains([]string{"en", "es", "pt", "ro", "tr"}, lang) }

// foreignToo lists the words of [frenchWords] that the language has as well.
func foreignToo(lang, word string) bool {
	return slices.Contains(map[string][]string{
		"es": {"les", "vos"}, "pt": {"vos", "ou"}, "ro": {"le", "une"}, "tr": {"et"},
	}[lang], word)
}

// wordy reports whether a text has two words or more: « minutes » is English too.
func wordy(text string) bool {
	return len(strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })) > 1
}

// TestCountsAreShown checks that a form which stands for several numbers tells which: « one » is 21 in Russian as well.
func TestCountsAreShown(t *testing.T) {
	r := renderer(t)
	for _, lang := range r.Languages() {
		c := r.texts[lang]
		several := severalNumbers(c)
		for key, m := range c.messages {
			if !c.plural(key) || forOperators(key) || !slices.Contains(placeholdersOf(m.Other), "Count") {
				continue
			}
			for form, text := range formsOf(m) {
				if several[form] && !slices.Contains(placeholdersOf(text), "Count") {
					t.Errorf("%s: %s (%s) does not say how many: %q", lang, key, form, text)
				}
			}
		}
	}
}

// severalNumbers tells which plural forms stand for more than one number from 1 to 200.
func severalNumbers(c *catalogue) map[string]bool {
	form, once, several := pluralRule(c.tag), map[string]bool{}, map[string]bool{}
	for i := range 200 {
		f := form(i + 1)
		once[f], several[f] = true, once[f]
	}
	return several
}
