package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
	"github.com/panneau-ecole/panneau/notifiers"
)

// slackCommand prints what Slack needs to create the app.
func (m Main) slackCommand() *cobra.Command {
	var command string
	manifest := &cobra.Command{
		Use:   "manifest",
		Short: "Affiche le manifeste à coller dans Slack pour créer l’application.",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			text, err := notifiers.SlackManifest(command)
			if err != nil {
				return usageError{fmt.Errorf("la commande « %s » ne peut pas être employée : 1 à 31 lettres minuscules sans "+
					"accent, chiffres ou tirets après « / », et aucun mot réservé par Slack comme /status", command)}
			}
			_, err = m.Stdout.Write(text)
			return err
		},
	}
	manifest.Flags().StringVar(&command, "command", "", "nom de la commande, si /panneau est déjà pris dans l’espace")
	parent := &cobra.Command{Use: "slack", Short: "Prépare l’application Slack."}
	parent.AddCommand(manifest)
	return parent
}

// discordCommand prints the address at which the bot is added to a server.
func (m Main) discordCommand() *cobra.Command {
	invite := &cobra.Command{
		Use:   "invite APPLICATION",
		Short: "Affiche le lien qui ajoute le robot à un serveur Discord, avec les seuls droits nécessaires.",
		Long: `Affiche le lien qui ajoute le robot à un serveur Discord, avec les seuls droits nécessaires. APPLICATION est
l’« Application ID » de la page « General Information » de l’application, sur https://discord.com/developers/applications.`,
		Args: func(_ *cobra.Command, args []string) error {
			// Discord's identifiers are numbers of 17 to 20 digits: https://docs.discord.com/developers/reference#snowflakes
			if len(args) != 1 || !regexp.MustCompile(`^\d{17,20}$`).MatchString(args[0]) {
				return usageError{fmt.Errorf("« panneau discord invite » attend l’« Application ID » de l’application : 17 à 20 chiffres")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			_, err := fmt.Fprintln(m.Stdout, notifiers.DiscordInvite(args[0]))
			return err
		},
	}
	parent := &cobra.Command{Use: "discord", Short: "Prépare le robot Discord."}
	parent.AddCommand(invite)
	return parent
}

// telegramCommand sets the menus of the Telegram bots.
func (m Main) telegramCommand() *cobra.Command {
	var file string
	setup := &cobra.Command{
		Use:   "setup -c FICHIER",
		Short: "Vérifie chaque robot Telegram, installe ses menus et dit comment l’ajouter à un groupe.",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return m.setUpTelegram(c.Context(), file) },
	}
	setup.Flags().StringVarP(&file, "config", "c", "panneau.yaml", "fichier de configuration")
	parent := &cobra.Command{Use: "telegram", Short: "Prépare les robots Telegram."}
	parent.AddCommand(setup)
	return parent
}

func (m Main) setUpTelegram(ctx context.Context, file string) error {
	words, err := locales.New()
	if err != nil {
		return fmt.Errorf("load the texts: %w", err)
	}
	c, err := m.load(file, words)
	if err != nil {
		return err
	}
	found := false
	for _, account := range c.Accounts {
		if account.Platform != bot.Telegram {
			continue
		}
		found = true
		menu, err := menu(words, account)
		if err != nil {
			return err
		}
		known, err := notifiers.SetUpTelegram(ctx, m.adapterOf(account, menu))
		if failed, ok := errors.AsType[*bot.DeliveryError](err); ok && failed.Kind == bot.KindUnauthorised {
			return m.explain(words, "terminal.unauthorised", map[string]any{"Account": account.ID})
		}
		if err != nil {
			return fmt.Errorf("account %s: %w", account.ID, err)
		}
		m.tellTelegram(account, known)
	}
	if !found {
		return usageError{fmt.Errorf("%s ne déclare aucun compte Telegram", file)}
	}
	return nil
}

// tellTelegram says what the operator is to do next, and what stands in the way.
func (m Main) tellTelegram(account config.Account, known notifiers.TelegramBot) {
	say := func(format string, args ...any) {
		fmt.Fprintln(m.Stdout, locales.Typeset(fmt.Sprintf(format, args...)))
	}
	say("%s : le robot @%s est reconnu, ses menus sont à jour.", account.ID, known.UserName)
	if known.JoinGroups {
		say("Pour l’ajouter à un groupe : https://t.me/%s?startgroup=panneau", known.UserName)
	} else {
		say("Il ne peut pas être ajouté à un groupe : envoyez /setjoingroups à @BotFather et choisissez Enable.")
	}
	if known.ReadsAll {
		say("Il voit tous les messages des groupes, ce dont il n’a pas besoin : envoyez /setprivacy à @BotFather et choisissez Enable.")
	}
}
