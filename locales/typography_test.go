package locales

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// show makes the spaces of French visible: · for the narrow no-break space, ~ for the wide one.
func show(text string) string {
	return strings.NewReplacer("\u202f", "·", "\u00a0", "~").Replace(text)
}

func TestTypeset(t *testing.T) {
	for text, want := range map[string]string{
		"Réessayez plus tard !":                   "Réessayez plus tard·!",
		"Où ? Ici ; là":                           "Où·? Ici·; là",
		"Que faire : « Ma classe »":               "Que faire~: «~Ma classe~»",
		"25 % des élèves, 3 €":                    "25~% des élèves, 3~€",
		"150000 classes, 4096 signes":             "150·000 classes, 4096 signes",
		"1234567, (12345)":                        "1·234·567, (12·345)",
		"en 2021, au 01000 et v12345":             "en 2021, au 01000 et v12345",
		"de 8 h à 10 h 05, à 8 h précises":        "de 8~h à 10~h~05, à 8~h précises",
		"45 minutes, 2 jours et 3 heures":         "45~minutes, 2~jours et 3~heures",
		"mardi 6 avril 2021, 1er septembre":       "mardi 6~avril 2021, 1er~septembre",
		"l'ENT d'ici, aujourd'hui...":             "l’ENT d’ici, aujourd’hui…",
		"'entre apostrophes'":                     "'entre apostrophes’",
		"le compte 2 s'appelle":                   "le compte 2 s’appelle",
		"10 habitants":                            "10 habitants",
		"https://exemple.fr/l'a?b=10000&c=d... !": "https://exemple.fr/l'a?b=10000&c=d...·!",
		"/status d'abord ? (/aide) : oui":         "/status d’abord·? (/aide)~: oui",
		"moi@exemple.fr'a et www.exemple.fr/l'a":  "moi@exemple.fr'a et www.exemple.fr/l'a",
		"-1001234567890 telegram-parents":         "-1001234567890 telegram-parents",
		"192.0.2.10:54321":                        "192.0.2.10:54321",
		"":                                        "",
	} {
		if diff := cmp.Diff(want, show(Typeset(text))); diff != "" {
			t.Errorf("Typeset(%q): %s", text, diff)
		}
	}
}

// TestTypesetLeavesInsertionsAlone checks that what was put into a text keeps every character while the text around it is
// set as usual.
func TestTypesetLeavesInsertionsAlone(t *testing.T) {
	data := guard("l'a : b ! 10000 ... « x »")
	got := Typeset("l'un : " + data + " ; 8" + guard(" h") + " !")
	want := "l’un~: " + data + "·; 8" + guard(" h") + "·!"
	if show(got) != want {
		t.Errorf("got %q, want %q", show(got), want)
	}
}

func TestTypesetLooksThroughGuards(t *testing.T) {
	if got, want := show(Typeset(guard("8")+" h "+guard("05"))), guard("8")+"~h~"+guard("05"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzTypeset(f *testing.F) {
	for _, text := range []string{
		"Réessayez à 8 h 05 : « Pronote » !", "12345 67890", "l'a... https://a.fr/l'a", "1er mai", "\ufdd0l'a : 10000\ufdd1 ;",
		"12 345678", "8  h 05", "\ufdd1 ;", "....", "10000...",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := Typeset(text)
		if twice := Typeset(once); twice != once {
			t.Errorf("Typeset(%q) = %q, and again %q", text, once, twice)
		}
		if a, b := skeleton(text), skeleton(once); a != b {
			t.Errorf("Typeset(%q) = %q changes more than spaces, apostrophes and ellipses", text, once)
		}
	})
}

// skeleton is what typography must not change.
func skeleton(text string) string {
	text = strings.NewReplacer("’", "'", "…", "...").Replace(string([]rune(text)))
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

func TestNormalise(t *testing.T) {
	for input, want := range map[string]string{
		"ÉduConnect":                         "educonnect",
		"  ÉDUCONNECT ":                      "educonnect",
		"L\u2019Éduc\u00a0de\u202fNormandie": "l'educ de normandie",
		"L'Éduc de Normandie":                "l'educ de normandie",
		"Net O’Centre":                       "net o'centre",
		"ÉCLAT\u2010BFC":                     "eclat-bfc",
		"Cœur de l\u00adigne":                "coeur de ligne",
		"Ma\tclasse\nà la maison":            "ma classe a la maison",
		"\u2068Pronote\u2069\u200b":          "pronote",
		"Ari@ne.57":                          "ari@ne.57",
		"e\u0301cole":                        "ecole",
		"":                                   "",
		"ＰＲＯＮＯＴＥ":                            "pronote",
		"İstanbul":                           "istanbul",
		"Straße":                             "strasse",
		"مدرسة":                              "مدرسة",
		"Пронот":                             "пронот",
		Typeset("L'Éduc : « de » Normandie !"): "l'educ : « de » normandie !",
	} {
		if got := Normalise(input); got != want {
			t.Errorf("Normalise(%q) = %q, want %q", input, got, want)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	f.Add("ÉduConnect ’ \u00a0 İ ẞ Œ")
	f.Fuzz(func(t *testing.T, input string) {
		once := Normalise(input)
		if twice := Normalise(once); twice != once {
			t.Errorf("Normalise(%q) = %q, and again %q", input, once, twice)
		}
		if got := Normalise(Typeset(input)); !strings.Contains(input, "...") && !hasDigits(input) && got != once {
			t.Errorf("Normalise(Typeset(%q)) = %q, want %q", input, got, once)
		}
	})
}

func hasDigits(text string) bool { return strings.ContainsAny(text, "0123456789") }
