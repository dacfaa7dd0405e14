package locales

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
)

func TestLintFinds(t *testing.T) {
	for text, why := range map[string]string{
		"Réessayez plus tard !":                "a space that may break",
		"Réessayez plus tard!":                 "no space",
		"Que faire : rien":                     "a space that may break",
		"Que faire: rien":                      "no space",
		"« Pronote\u00a0»":                     "a space that may break",
		"«Pronote\u00a0»":                      "no space",
		"25 % des élèves":                      "a space that may break",
		"25% des élèves":                       "no space",
		"45 minutes":                           "a space that may break",
		"depuis 8 h 05":                        "a space that may break",
		"l'école":                              "a straight apostrophe",
		"encore...":                            "three dots",
		"depuis 8h05":                          "an hour",
		"vers 8h.":                             "an hour",
		"à 08:05":                              "an hour",
		"deux  espaces":                        "two spaces",
		"les élu·es":                           "a middle dot",
		"Pronote est INACCESSIBLE":             "capitals",
		"Le site est HS.":                      "alarm",
		"une panne géante":                     "alarm",
		"Le service revient bientôt.":          "alarm",
		"Une ligne.\nUne Attaque est en cours": "alarm",
	} {
		faults := Lint(text)
		if len(faults) == 0 || !strings.Contains(faults[0].Why, why) {
			t.Errorf("Lint(%q) = %v, want a fault with %q", text, faults, why)
		}
	}
}

func TestLintCountsLines(t *testing.T) {
	faults := Lint("Une ligne.\n\nl'école")
	if len(faults) != 1 || faults[0].Line != 3 || faults[0].Text != "l'école" {
		t.Errorf("got %v, want the straight apostrophe of line 3", faults)
	}
}

func TestLintAccepts(t *testing.T) {
	for _, text := range []string{
		"", "Réessayez plus tard\u202f!", "Que faire\u00a0: rien", "«\u00a0Ma classe à la maison\u00a0»",
		"depuis 8\u00a0h\u00a005", "voir https://exemple.fr/a?b=l'x:80 et /status", "l’ENT ÉCLAT-BFC", "192.0.2.10:443",
		"-100123456 et telegram-parents", "rachat de plantes", "MonLycée.net",
	} {
		if faults := Lint(text); len(faults) > 0 {
			t.Errorf("Lint(%q) = %v, want none", text, faults)
		}
	}
}

func TestJargonFinds(t *testing.T) {
	for _, text := range []string{"le serveur CAS ne répond pas", "erreur DNS", "une attaque DDoS", "latence élevée"} {
		if len(Jargon(text)) == 0 {
			t.Errorf("Jargon(%q) found nothing", text)
		}
	}
	if faults := Jargon("Dans certains cas, le site http://exemple.fr/dns ne répond pas."); len(faults) > 0 {
		t.Errorf("Jargon found %v in a plain sentence", faults)
	}
}

// TestGoldenTextsAreClean runs the linter over every text that a person reads. The headings of the golden files are not
// part of the texts, and the file of names holds names that no owner would choose.
func TestGoldenTextsAreClean(t *testing.T) {
	paths, err := filepath.Glob("testdata/golden/fr/*.txt")
	if err != nil || len(paths) < 20 {
		t.Fatalf("%d golden files, %v", len(paths), err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := withoutHeadings(string(data))
		for _, f := range Lint(text) {
			t.Errorf("%s: %v", path, f)
		}
		if strings.HasPrefix(filepath.Base(path), string(bot.Families)) {
			for _, f := range Jargon(text) {
				t.Errorf("%s: %v", path, f)
			}
		}
	}
}

func withoutHeadings(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "===") {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}

// TestFamilyTextsAreFreeOfJargon holds the catalogue itself against the list: every text that is not for another reader.
func TestFamilyTextsAreFreeOfJargon(t *testing.T) {
	for key, m := range renderer(t).texts["fr"].messages {
		if forOthers(key) {
			continue
		}
		for _, text := range []string{m.One, m.Other} {
			for _, f := range Jargon(text) {
				t.Errorf("%s: %v", key, f)
			}
		}
	}
}

func forOthers(key string) bool {
	return strings.HasSuffix(key, ".staff") || strings.HasSuffix(key, ".teachers") ||
		forOperators(key) || strings.HasPrefix(key, "label.")
}
