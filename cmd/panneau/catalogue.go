package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks/catalogue"
	"github.com/panneau-ecole/panneau/locales"
)

func (m Main) catalogueCommand() *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use:   "catalogue [MOT…]",
		Short: "Liste les plateformes connues, ou cherche parmi elles.",
		Long: `Liste les plateformes que Panneau connaît, ou celles dont le nom, l’éditeur, l’académie, le public ou l’adresse
contient les mots donnés. Les accents et les fautes de frappe ne comptent pas.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error { return m.listCatalogue(strings.Join(args, " "), asJSON) },
	}
	show := &cobra.Command{
		Use:   "show PLATEFORME",
		Short: "Dit tout ce qui est su d’une plateforme, avec les sources.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{fmt.Errorf("« panneau catalogue show » attend l’identifiant ou le nom d’une plateforme")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return m.showPlatform(strings.Join(args, " "), asJSON) },
	}
	command.PersistentFlags().BoolVar(&asJSON, "json", false, "en JSON, pour un programme")
	command.AddCommand(show)
	return command
}

func (m Main) listCatalogue(words string, asJSON bool) error {
	known, err := catalogue.Load()
	if err != nil {
		return fmt.Errorf("load the catalogue: %w", err)
	}
	found, sure := known.Search(words)
	if asJSON {
		answer := foundJSON{Asked: words, Sure: sure, Platforms: make([]platformJSON, 0, len(found))}
		for _, e := range found {
			answer.Platforms = append(answer.Platforms, describe(known, e))
		}
		return printJSON(m.Stdout, answer)
	}
	if !sure {
		fmt.Fprintln(m.Stdout, locales.Typeset(fmt.Sprintf("Aucune plateforme ne répond à « %s ». Les plus proches :", words)))
	}
	if err := printPlatforms(m.Stdout, found); err != nil {
		return err
	}
	if len(found) > 1 {
		fmt.Fprintf(m.Stdout, "\n%d plateformes. Tout sur l’une d’elles : panneau catalogue show %s\n", len(found), found[0].ID)
	}
	return nil
}

// longestCell is where a cell of the table is cut, in characters: the whole text stands in « show ».
const longestCell = 36

func printPlatforms(w io.Writer, entries []catalogue.Entry) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "IDENTIFIANT\tNOM\tZONE\tPUBLIC\tVÉRIFIÉE\tCONFIANCE")
	for _, e := range entries {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n",
			e.ID, short(e.Name), short(e.Where()), short(e.Public), e.Watched().Words(), grade(e))
	}
	return table.Flush()
}

func short(text string) string {
	if runes := []rune(text); len(runes) > longestCell {
		return strings.TrimSpace(string(runes[:longestCell-1])) + "…"
	}
	return text
}

func grade(e catalogue.Entry) string {
	if e.Suspect != "" {
		return string(e.Confidence) + ", douteuse"
	}
	return string(e.Confidence)
}

// showPlatform prints all that is known of the platform that a person names.
func (m Main) showPlatform(word string, asJSON bool) error {
	known, err := catalogue.Load()
	if err != nil {
		return fmt.Errorf("load the catalogue: %w", err)
	}
	entry, err := meant(known, word)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(m.Stdout, describe(known, entry))
	}
	fmt.Fprint(m.Stdout, locales.Typeset(portrait(known, entry)))
	return nil
}

// meant is the one platform that a person names, typing errors forgiven.
func meant(known *catalogue.Catalogue, word string) (catalogue.Entry, error) {
	at := slices.IndexFunc(known.Platforms, func(e catalogue.Entry) bool { return named(e.Platform, word) })
	if at >= 0 {
		return known.Platforms[at], nil
	}
	near, _ := known.Search(word)
	if len(near) == 1 {
		return near[0], nil
	}
	var names []string
	for _, e := range near[:min(len(near), nearestShown)] {
		names = append(names, string(e.ID))
	}
	return catalogue.Entry{}, usageError{fmt.Errorf("plateforme inconnue ou ambiguë : « %s ». Les plus proches : %s", word, strings.Join(names, ", "))}
}

// nearestShown is how many platforms are offered for a word that names none.
const nearestShown = 5

// foundJSON is the answer of « panneau catalogue --json ».
type foundJSON struct {
	Asked     string         `json:"asked"`
	Sure      bool           `json:"sure"` // false: nothing fits, and the platforms are the nearest
	Platforms []platformJSON `json:"platforms"`
}

// platformJSON is a platform in JSON, with the keys of the configuration and of the catalogue's own files.
type platformJSON struct {
	ID         bot.PlatformID       `json:"id"`
	Name       string               `json:"name"`
	Aliases    []string             `json:"aliases"`
	Publisher  string               `json:"publisher"`
	URL        string               `json:"url,omitempty"`
	Areas      []string             `json:"areas"`
	Readers    []bot.Audience       `json:"readers"`
	Public     string               `json:"public"`
	Login      string               `json:"login"`
	OnDemand   bool                 `json:"on_demand"`
	Watched    catalogue.Watched    `json:"watched"`
	Confidence catalogue.Confidence `json:"confidence"`
	Suspect    string               `json:"suspect,omitempty"`
	CheckedOn  string               `json:"checked_on"`
	DependsOn  []dependencyJSON     `json:"depends_on"`
	NeededBy   []bot.PlatformID     `json:"needed_by"`
	StandsOn   []bot.PlatformID     `json:"stands_on"`
	Sources    map[string]string    `json:"sources"`
	Checks     []checkJSON          `json:"checks"`
	Signatures []string             `json:"signatures"`
}

type dependencyJSON struct {
	On      bot.PlatformID `json:"on"`
	Readers []bot.Audience `json:"readers"`
}

type checkJSON struct {
	ID       bot.CheckID `json:"id"`
	URL      string      `json:"url"`
	Kind     string      `json:"kind"`
	Function string      `json:"function,omitempty"`
	Schedule string      `json:"schedule"`
}

func describe(known *catalogue.Catalogue, e catalogue.Entry) platformJSON {
	p := platformJSON{
		ID: e.ID, Name: e.Name, Aliases: list(e.Aliases), Publisher: e.Publisher, URL: e.URL, Areas: list(e.Areas),
		Readers: readers(e.Readers), Public: e.Public, Login: e.Login, OnDemand: e.OnDemand, Watched: e.Watched(),
		Confidence: e.Confidence, Suspect: e.Suspect, CheckedOn: e.CheckedOn, DependsOn: []dependencyJSON{},
		NeededBy: []bot.PlatformID{}, StandsOn: list(e.StandsOn), Sources: map[string]string{}, Checks: []checkJSON{},
		Signatures: []string{},
	}
	for _, d := range e.DependsOn {
		p.DependsOn = append(p.DependsOn, dependencyJSON{d.On, readers(d.Readers)})
	}
	for _, below := range known.Downstream(e.ID, "") {
		p.NeededBy = append(p.NeededBy, below.ID)
	}
	for _, mark := range e.Sources {
		p.Sources[mark] = catalogue.Sources()[mark]
	}
	for _, c := range e.Checks {
		p.Checks = append(p.Checks, checkJSON{c.ID, c.URL, cmp.Or(string(c.Kind), "http"), string(c.Function), c.Schedule})
	}
	for _, s := range known.SignaturesOf(e.ID) {
		p.Signatures = append(p.Signatures, s.ID)
	}
	return p
}

// list is a list that JSON shows as one even if it is empty.
func list[T any](values []T) []T { return append([]T{}, values...) }

// readers spells « everybody » out.
func readers(audiences []bot.Audience) []bot.Audience {
	if len(audiences) == 0 {
		return bot.Audiences()
	}
	return audiences
}

func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}
