package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
)

func (m Main) textsCommand() *cobra.Command {
	command := &cobra.Command{Use: "textes", Short: "Relit les textes que Panneau affiche."}
	var families bool
	check := &cobra.Command{
		Use:   "verifier FICHIER",
		Short: "Dit ce qui ne va pas dans vos propres textes : clés, emplacements, pluriels, typographie, ton.",
		Long: `Dit ce qui ne va pas dans un fichier de vos propres textes (fr.yaml : clés, emplacements, pluriels, typographie,
ton). Tout autre fichier est relu comme un texte français que l’on afficherait tel quel.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("« panneau textes verifier » attend un fichier")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return m.checkTexts(args[0], families) },
	}
	check.Flags().BoolVar(&families, "familles", false, "relève aussi les mots techniques")
	command.AddCommand(check, &cobra.Command{
		Use: "langues", Short: "Liste les langues des annonces : celles qui sont relues, celles qui restent à relire.",
		Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error { return m.listLanguages() },
	})
	return command
}

// listLanguages prints the languages that a destination may have, with their names in French.
func (m Main) listLanguages() error {
	words, err := locales.New()
	if err != nil {
		return fmt.Errorf("load the texts: %w", err)
	}
	table := tabwriter.NewWriter(m.Stdout, 0, 0, 2, ' ', 0)
	for _, lang := range words.Languages() {
		state := "reviewed"
		switch {
		case !words.Reviewed(lang):
			state = "draft"
		case strings.HasPrefix(lang, "fr"):
			state = "source"
		}
		name, err := words.Text("fr", "terminal.language."+lang, nil)
		if err != nil {
			return err
		}
		if state, err = words.Text("fr", "terminal.language."+state, nil); err != nil {
			return err
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", lang, name, state)
	}
	return table.Flush()
}

func (m Main) checkTexts(file string, families bool) error {
	words, err := locales.New()
	if err != nil {
		return fmt.Errorf("load the texts: %w", err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the texts: %w", err)
	}
	count := 0
	report := func(line fmt.Stringer) {
		fmt.Fprintln(m.Stdout, line)
		count++
	}
	if filepath.Ext(file) == ".yaml" {
		_, faults := words.CheckOwn(filepath.Base(file), data)
		for _, f := range faults {
			report(f)
		}
	} else {
		for _, f := range locales.Proofread(string(data), families) {
			f.File = filepath.Base(file)
			report(f)
		}
	}
	if count > 0 {
		return errSaid
	}
	text, err := words.Text("fr", "terminal.valid", map[string]any{"File": file})
	if err != nil {
		return err
	}
	fmt.Fprintln(m.Stdout, text)
	return nil
}

// ownTexts are the texts with those of the operator in their place.
func ownTexts(c *config.Config, words *locales.Renderer) (*locales.Renderer, error) {
	if c.TextsDir == "" {
		return words, nil
	}
	if _, err := os.Stat(c.TextsDir); err != nil {
		return nil, fmt.Errorf("texts_dir : le dossier %s ne se lit pas. Remède : créez-le, ou retirez la clé : %w", c.TextsDir, err)
	}
	return words.With(os.DirFS(c.TextsDir))
}
