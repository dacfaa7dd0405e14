package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// usageError is a command line that cannot be understood.
type usageError struct{ err error }

func (e usageError) Error() string {
	return fmt.Sprintf("panneau : %v\nPour l’aide : panneau --help", e.err)
}

// root is the command line. Without a subcommand it runs.
func (m Main) root() *cobra.Command {
	run := m.runCommand()
	root := &cobra.Command{
		Use:   "panneau",
		Short: "Surveille les plateformes scolaires et prévient les familles et les équipes.",
		Long: `Panneau surveille les plateformes dont dépendent les écoles (Pronote, ENT, ÉduConnect…) et prévient les
familles et les équipes sur Telegram, Slack et Discord quand l’une d’elles est inaccessible.

Sans commande, « panneau » fait la même chose que « panneau run ».`,
		Args:          cobra.NoArgs,
		RunE:          run.RunE,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
	}
	root.Flags().AddFlagSet(run.Flags())
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		run, m.vantageCommand(), m.checkCommand(), m.catalogueCommand(), m.configCommand(), m.calendarCommand(), m.healthCommand(),
		m.backupCommand(), m.dbCommand(), m.slackCommand(), m.discordCommand(), m.telegramCommand(),
		m.explainCommand(), m.recordCommand(), m.replayCommand(), m.textsCommand(), m.demoCommand(),
	)
	return root
}
