package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator/discord"
)

// operated makes a person of the chat, who also administers it, an operator, before the program starts. On Telegram there
// is a private conversation, where operators are answered.
func (l *lounge) operated(s *town) (who string) {
	who = map[bot.ChatPlatform]string{bot.Telegram: "7000001", bot.Slack: "U0CLAIRE", bot.Discord: "80351110224678912"}[l.platform]
	account := s.accounts[string(l.platform)]
	s.accounts[string(l.platform)] = strings.TrimSuffix(account, "}") + fmt.Sprintf(", operators: {claire: %s}}", who)
	l.appoint(who, true)
	if guild, ok := l.Chat.(*discord.Server); ok {
		guild.Appoint(l.channel, who, discord.Administrator)
	}
	if l.platform == bot.Telegram {
		l.Open(who)
	}
	return who
}

// TestOperatorsAndCommands has an operator give each command of theirs on every platform, as they would in the course of a
// day. Whoever only administers the chat is refused each.
func TestOperatorsAndCommands(t *testing.T) {
	p := newProps(t)
	for _, on := range platforms() {
		t.Run(string(on), func(t *testing.T) {
			play(t, p, func(s *town) {
				l := lounges(s)[on]
				who := l.operated(s)
				s.start()
				s.see("ent", "u")
				l.refuses(lea)
				given := map[string]bool{}
				for _, c := range operatorsDay() {
					if answer := l.answerTo(who, c); !strings.Contains(answer, c.answer) {
						t.Errorf("%s %s: no %q in %s", c.command, c.args, c.answer, answer)
					}
					given[c.command] = true
				}
				for _, c := range commandsOf(bot.ForOperators) {
					if !given[c.Name] {
						t.Errorf("%s is not given", c.Name)
					}
				}
				l.faultless()
			})
		})
	}
}

// command is one that an operator gives, with what its answer says.
type command struct{ command, args, answer string }

// answerTo is what an operator reads in answer to a command: on Telegram in their private conversation.
func (l *lounge) answerTo(who string, c command) string {
	l.t.Helper()
	if l.platform != bot.Telegram {
		return l.ask(who, c.command, c.args)
	}
	time.Sleep(15 * time.Second) // as ask does
	seen := len(l.Shown(who))
	l.Say(l.channel, who, l.typed(c.command, c.args))
	time.Sleep(answerTime)
	answers := l.Shown(who)[seen:]
	if len(answers) != 1 {
		return fmt.Sprintf("%d answers", len(answers))
	}
	return visible(plain(answers[0].Text))
}

func operatorsDay() []command {
	return []command{
		{"journal", "", "0 action en 7 jours"},
		{"incident", "ouvrir ent en partie La messagerie est suspendue.", "Incident nº 1"},
		{"incident", "ouvrir ent en partie La messagerie est suspendue.", "déjà"},
		{"declaration", "ent le ministère : « La messagerie rouvre demain. »", "Publié"},
		{"incident", "modifier ent inaccessible", "Incident nº 1"},
		{"corriger", "ent Le service est resté ouvert.", "Rectification"},
		{"incident", "clore ent", "Incident clos"},
		{"maintenance", "ent demain de 18 h à 20 h Mise à jour.", "Maintenance prévue"},
		{"maintenance", "annuler 1", "Maintenance retirée"},
		{"suspendre", "ent 2 h", "Vérifications arrêtées"},
		{"suspendre", "ent fin", "Vérifications reprises"},
		{"silence", "2h", "Silence en cours"},
		{"silence", "fin", "Pas de silence"},
		{"annonce", "familles : Exercice ce soir", "Aucune conversation"},
		{"conversation", "", "Tout est accessible"},
		{"conversation", "oublier parents/-1", "Conversation inconnue"},
		{"journal", "1", "incident ouvrir ent"},
	}
}

// commandsOf lists the commands of some people.
func commandsOf(who bot.Role) []bot.Command {
	return slices.DeleteFunc(bot.Commands(), func(c bot.Command) bool { return c.For != who })
}

// refuses: none of the commands of operators is obeyed, nor does it change anything.
func (l *lounge) refuses(who string) {
	l.t.Helper()
	for _, c := range commandsOf(bot.ForOperators) {
		if guild, ok := l.Chat.(*discord.Server); ok { // whoever manages the server lets them, which the bot does not take for a right
			guild.Permit(l.channel, who, c.Name)
		}
		l.want(who, c.Name, "ent", "Commande réservée")
	}
}
