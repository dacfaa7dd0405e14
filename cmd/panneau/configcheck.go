package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/panneau-ecole/panneau/locales"
)

func (m Main) configCommand() *cobra.Command {
	command := &cobra.Command{Use: "config", Short: "Travaille sur le fichier de configuration."}
	var file string
	check := &cobra.Command{
		Use:   "check -c FICHIER",
		Short: "Dit tout ce qui ne va pas dans un fichier de configuration, sans rien lancer.",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return m.checkConfig(file) },
	}
	check.Flags().StringVarP(&file, "config", "c", "panneau.yaml", "fichier de configuration")
	command.AddCommand(check)
	return command
}

func (m Main) checkConfig(file string) error {
	words, err := locales.New()
	if err != nil {
		return fmt.Errorf("load the texts: %w", err)
	}
	c, err := m.load(file, words)
	if err != nil {
		return err
	}
	if _, err := ownTexts(c, words); err != nil {
		return err
	}
	text, err := words.Text("fr", "terminal.valid", map[string]any{"File": file})
	if err != nil {
		return err
	}
	fmt.Fprintln(m.Stdout, text)
	return nil
}
