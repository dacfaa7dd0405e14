package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/locales"
)

// TestDocumentedCommands keeps the tables of docs/fr/commandes.md as the commands, the settings and the languages are. What
// stands above them is written by hand.
func TestDocumentedCommands(t *testing.T) {
	const name = "../../docs/fr/commandes.md"
	const mark = "<!-- La suite est écrite par « go test ./cmd/panneau -run DocumentedCommands -update ». -->\n"
	document, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	above, _, found := strings.Cut(string(document), mark)
	if !found {
		t.Fatalf("%s has no line %q", name, mark)
	}
	words, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	want := above + mark + commandTable(t, words) + settingTable(t, words) + languageTable(words)
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(document)); diff != "" {
		t.Errorf("%s (-want +got), to be written with -update:\n%s", name, diff)
	}
}

// commandTable tells who may give each command, what it does and what else it is called.
func commandTable(t *testing.T, words *locales.Renderer) string {
	t.Helper()
	may := map[bot.Role]string{
		bot.ForEveryone: "tout le monde", bot.ForAdmins: "qui administre la conversation",
		bot.ForOperators: "[l’exploitant](exploitation.md)",
	}
	commands := bot.Commands()
	menu, err := words.Menu(commands...)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprint(&b, "\n## Les commandes\n\n| Commande | Ce qu’elle fait | Ce que l’on peut ajouter | Qui peut | Autres mots |\n|---|---|---|---|---|\n")
	for i, c := range commands {
		option := ""
		if menu[i].Option != nil {
			option = menu[i].Option.Description["fr"]
		}
		if may[c.For] == "" {
			t.Errorf("%s is for %q: say who that is", c.Name, c.For)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", c.Name, menu[i].Description["fr"], option, may[c.For], strings.Join(c.Aliases, ", "))
	}
	return b.String()
}

// settingTable shows what can be typed after « reglages ».
func settingTable(t *testing.T, words *locales.Renderer) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprint(&b, "\n## Les réglages\n\n| Exemple | Ce qu’il règle |\n|---|---|\n")
	for _, e := range bot.Examples() {
		text, err := words.Text("fr", "setting."+e.Setting, map[string]any{"Choices": strings.Join(e.Choices, ", ")})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "| `reglages %s` | %s |\n", e.Typed(), text)
	}
	return b.String()
}

// languageTable shows what languages may be called after « langue ».
func languageTable(words *locales.Renderer) string {
	var b strings.Builder
	fmt.Fprint(&b, "\n## Les langues\n\n| Langue | Autres mots |\n|---|---|\n")
	for _, tongue := range bot.Tongues() {
		if tongue.Tag == "fr" || words.Choose("", []string{tongue.Tag})[0] == tongue.Tag {
			fmt.Fprintf(&b, "| %s | %s |\n", tongue.Own, strings.Join(append(tongue.Words, tongue.Tag), ", "))
		}
	}
	return b.String()
}
