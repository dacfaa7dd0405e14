package catalogue

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestDocumentedCatalogue keeps docs/fr/catalogue.md as the catalogue is.
func TestDocumentedCatalogue(t *testing.T) {
	const name = "../../docs/fr/catalogue.md"
	want := document(load(t))
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("run « go test ./checks/catalogue -update » (-want +got):\n%s", diff)
	}
}

// document is the catalogue as operators read it.
func document(c *Catalogue) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Les plateformes que Panneau connaît

<!-- Écrit par « go test ./checks/catalogue -update » : modifiez checks/catalogue/data. -->

%d plateformes. Ce que veulent dire les colonnes, et comment suivre ou changer une plateforme :
[configuration.md](configuration.md#le-catalogue). « panneau catalogue show IDENTIFIANT » donne tout, sources comprises.
Aucune adresse n’a été essayée lors du relevé ; zone, public et éditeur s’appuient sur la connaissance générale.

| identifiant | nom | zone | public | vérifiée | confiance | connexion par | sources |
|---|---|---|---|---|---|---|---|
`, len(c.Platforms))
	for _, e := range c.Platforms {
		doubt := ""
		if e.Suspect != "" {
			doubt = ", douteuse"
		}
		demand := ""
		if e.OnDemand {
			demand = ", à la demande"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s%s | %s%s | %s | %s |\n", e.ID, e.Name, e.Where(), e.Public,
			e.Watched().Words(), demand, e.Confidence, doubt, entrances(e), strings.Join(e.Sources, ", "))
	}
	b.WriteString("\n## Ce qui est douteux\n\n")
	for _, e := range c.Platforms {
		if e.Suspect != "" {
			fmt.Fprintf(&b, "- `%s` : %s.\n", e.ID, e.Suspect)
		}
	}
	b.WriteString("\n## Ce que des plateformes ont en commun\n\n| nœud | nom | ce qui est su | plateformes | sources |\n|---|---|---|---|---|\n")
	for _, n := range c.Nodes {
		var members []string
		for _, e := range c.Members(n.ID) {
			members = append(members, "`"+string(e.ID)+"`")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", n.ID, n.Name, n.Kind.Words(), strings.Join(members, ", "), strings.Join(n.Sources, ", "))
	}
	b.WriteString("\nLes sources sont nommées dans [SOURCES.md](../../checks/catalogue/SOURCES.md).\n")
	return b.String()
}

// entrances lists what people log in through, and who.
func entrances(e Entry) string {
	words := map[bot.Audience]string{bot.Families: "familles", bot.Teachers: "enseignants", bot.Staff: "personnels"}
	var list []string
	for _, d := range e.DependsOn {
		text := "`" + string(d.On) + "`"
		var whom []string
		for _, a := range d.Readers {
			whom = append(whom, words[a])
		}
		if len(whom) > 0 {
			text += " (" + strings.Join(whom, ", ") + ")"
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}
