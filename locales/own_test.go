package locales

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/panneau-ecole/panneau/bot"
)

func folder(name, text string) fstest.MapFS { return fstest.MapFS{name: {Data: []byte(text)}} }

func TestOwnTextsReplace(t *testing.T) {
	r := renderer(t)
	own, err := r.With(folder("fr.yaml", "footer.about: \"Service du collège : Panneau l'envoie.\"\noverview.normal: {one: \"Tout va bien.\", many: \"{{.Count}} vont bien.\", other: \"{{.Count}} vont bien.\"}\nheading.troubles: À voir\n"))
	if err != nil {
		t.Fatal(err)
	}
	n := pronote(t)
	for lang, want := range map[string]string{"fr": "Service du collège\u00a0: Panneau l’envoie.", "fr-x-simple": "Panneau n’est pas un service officiel."} {
		if m, err := own.Notice(lang, n); err != nil || !strings.HasSuffix(m.Footer, want) {
			t.Errorf("%s: got %q, %v", lang, m.Footer, err)
		}
	}
	if text, err := own.Text("fr", "overview.normal", map[string]any{"Count": 3}); err != nil || text != "3 vont bien." {
		t.Errorf("got %q, %v", text, err)
	}
	if m, err := r.Notice("fr", n); err != nil || strings.Contains(m.Footer, "collège") {
		t.Errorf("the first renderer changed: %q, %v", m.Footer, err)
	}
	inherited, err := r.With(folder("fr.yaml", "advice.down.teachers: Prenez le manuel.\n"))
	if err != nil {
		t.Fatal(err)
	}
	n.Audience = bot.Teachers
	if m, err := inherited.Notice("fr-x-simple", n); err != nil || m.Sections[0].Items[0] != "Prenez le manuel." {
		t.Errorf("the simplified version does not follow: %v, %v", m.Sections, err)
	}
}

func TestOwnTextsAreRefused(t *testing.T) {
	for want, file := range map[string][2]string{
		"fr.yaml:2: footer.abuot : clé inconnue":                    {"fr.yaml", "# rien\nfooter.abuot: x\n"},
		"{{.Since}} manque":                                         {"fr.yaml", `summary.down.since: "{{.Name}} est en panne."`},
		"{{.Cause}} n’existe pas ici. Remède : employez {{.Name}}":  {"fr.yaml", `summary.down.now: "{{.Name}} : {{.Cause}}"`},
		"une accolade double":                                       {"fr.yaml", `summary.down.now: "{{.Name}} {{if .Name}}"`},
		"les formes du pluriel ne sont pas celles de la langue":     {"fr.yaml", `overview.normal: "Tout va bien."`},
		"« crash » : mot qui alarme":                                {"fr.yaml", `summary.down.now: "{{.Name}} : crash."`},
		"« 8h05 » : une heure s’écrit 8 h 05":                       {"fr.yaml", `footer.about: "Ouvert à 8h05"`},
		"« serveur » : mot technique":                               {"fr.yaml", `footer.cause: "Le serveur est fermé."`},
		"le nom du fichier n’est pas celui d’une langue de Panneau": {"français.yaml", "footer.about: x"},
		"ce n’est pas du YAML correct":                              {"fr.yaml", "a: [\n"},
		"marques de sens d’écriture qui ne vont pas par deux":       {"ar.yaml", "footer.cause: \"\\u2068x\""},
		"en.yaml:1: footer.cause : « The  cause » : deux espaces":   {"en.yaml", "footer.cause: \"The  cause\""},
		"en.yaml:1: terminal.stop : clé inconnue":                   {"en.yaml", "terminal.stop: \"Stop\""},
		"ces textes ne se lisent pas":                               {"fr.yaml", "footer.about: x\nfooter.about: y\n"},
	} {
		_, err := renderer(t).With(folder(file[0], file[1]))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "Remède") {
			t.Errorf("got %v, want %q with a remedy", err, want)
		}
	}
}

// TestOurTextsPassForOwn checks the checker: every text of Panneau could stand in an operator's file.
func TestOurTextsPassForOwn(t *testing.T) {
	r := renderer(t)
	for _, lang := range r.Languages() {
		data, err := files.ReadFile("texts/" + lang + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		_, faults := r.CheckOwn(lang+".yaml", data)
		for _, f := range faults {
			t.Error(f)
		}
	}
}

func TestProofread(t *testing.T) {
	faults := Proofread("Bonjour.\nLe serveur est HS.\n", true)
	if len(faults) != 2 || faults[0].Line != 2 || !strings.Contains(faults[0].Problem, "HS") {
		t.Errorf("got %v", faults)
	}
	if faults := Proofread("Le serveur répond.", false); len(faults) > 0 {
		t.Errorf("got %v, want nothing technical to be found for staff", faults)
	}
}

func TestAReviewIsTheOperatorsToDeclare(t *testing.T) {
	r := renderer(t)
	if r.Reviewed("ar") || !r.Reviewed("fr") || !r.Reviewed("fr-x-simple") || r.Reviewed("tlh") {
		t.Error("only French is reviewed")
	}
	own, err := r.With(folder("ar.yaml", "meta.review: done\n"))
	if err != nil {
		t.Fatal(err)
	}
	if !own.Reviewed("ar") || own.Reviewed("en") || r.Reviewed("ar") {
		t.Error("the operator's file did not count, or counted for more than itself")
	}
	if again, err := own.With(folder("fr.yaml", "meta.review: needed\n")); err != nil || again.Reviewed("fr") || !again.Reviewed("fr-x-simple") {
		t.Errorf("a review was not taken back: %v", err)
	}
	if _, err := r.With(folder("ar.yaml", "meta.review: oui\n")); err == nil || !strings.Contains(err.Error(), "écrivez done (relu) ou needed (à relire)") {
		t.Errorf("got %v", err)
	}
}
