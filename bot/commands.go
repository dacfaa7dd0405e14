package bot

import (
	"context"
	"strings"
)

// Role is who may give a command.
type Role string

// The roles. Nobody has one by what they were before: it is looked at when a command is given.
const (
	ForEveryone  Role = ""
	ForAdmins    Role = "admin"    // who administers the chat; in a private one, whoever talks does
	ForOperators Role = "operator" // who runs this Panneau, by the configuration of the account
)

// Command is one thing that a person can ask for.
type Command struct {
	Name    string   // what menus show: a–z and _ only, as Telegram demands
	Aliases []string // other words for it, folded
	Option  string   // what its one optional argument is called in menus; empty for a command without
	For     Role     // who may give it
	Changes bool     // acts on something: where its word is mistyped, it is asked back
	answer  func(*Desk, context.Context, asking) (Message, error)
}

// Commands is the table of all commands. Menus, help, permissions and docs/fr/commandes.md follow from it.
func Commands() []Command {
	return append([]Command{
		{
			Name: "status", Aliases: []string{"etat", "statut", "state"}, Option: "plateforme",
			answer: (*Desk).status,
		},
		{
			Name: "que_faire", Option: "plateforme",
			Aliases: []string{"que faire", "quefaire", "quoi faire", "planb", "plan b", "todo", "que", "what to do"},
			answer:  (*Desk).whatToDo,
		},
		{
			Name: "plateformes", Aliases: []string{"plateforme", "platforms", "platform", "liste", "list"}, Option: "recherche",
			answer: (*Desk).platformsWatched,
		},
		{
			Name: "abonner", Option: "choix", For: ForAdmins, Changes: true,
			Aliases: []string{"s abonner", "sabonner", "abonnement", "subscribe", "suivre", "follow"},
			answer:  (*Desk).subscribe,
		},
		{
			Name: "desabonner", Option: "plateforme", For: ForAdmins, Changes: true,
			Aliases: []string{"se desabonner", "desabonnement", "unsubscribe", "unfollow"},
			answer:  (*Desk).unsubscribe,
		},
		{
			Name: "reglages", Option: "reglage", For: ForAdmins, Changes: true,
			Aliases: []string{"reglage", "parametres", "settings", "setting", "options"},
			answer:  (*Desk).settings,
		},
		{
			Name: "langue", Aliases: []string{"langues", "language", "languages", "lang"}, Option: "langue", For: ForAdmins, Changes: true,
			answer: (*Desk).language,
		},
		{
			Name: "simple", Aliases: []string{"facile", "easy"}, Option: "choix", For: ForAdmins, Changes: true,
			answer: (*Desk).simple,
		},
		{
			Name: "test", Aliases: []string{"essai", "essayer", "try"}, For: ForAdmins, Changes: true,
			answer: (*Desk).test,
		},
		{
			Name: "stop", Aliases: []string{"arret", "arreter", "effacer", "erase", "supprimer", "delete"}, For: ForAdmins, Changes: true,
			answer: (*Desk).stop,
		},
		{
			Name: "confidentialite", Aliases: []string{"privacy", "vie privee", "rgpd", "gdpr"},
			answer: (*Desk).privacy,
		},
		{
			Name: "mesdonnees", Aliases: []string{"mes donnees", "donnees", "mydata", "my data", "data"},
			answer: (*Desk).kept,
		},
		{
			Name: "aide", Aliases: []string{"help", "start", "panneau"},
			answer: (*Desk).help,
		},
	}, operatorCommands()...)
}

// operatorCommands are those for who runs this Panneau.
func operatorCommands() []Command {
	return []Command{
		{
			Name: "declaration", Aliases: []string{"statement"}, Option: "texte", For: ForOperators, Changes: true,
			answer: (*Desk).declaration,
		},
		{
			Name: "incident", Option: "action", For: ForOperators, Changes: true,
			answer: (*Desk).incident,
		},
		{
			Name: "corriger", Aliases: []string{"correction", "rectifier"}, Option: "texte", For: ForOperators, Changes: true,
			answer: (*Desk).correct,
		},
		{
			Name: "journal", Option: "jours", For: ForOperators,
			answer: (*Desk).journal,
		},
		{
			Name: "annonce", Aliases: []string{"annonces", "annoncer"}, Option: "annonce", For: ForOperators, Changes: true,
			answer: (*Desk).circular,
		},
		{
			Name: "silence", Aliases: []string{"silences"}, Option: "duree", For: ForOperators, Changes: true,
			answer: (*Desk).mute,
		},
		{
			Name: "maintenance", Aliases: []string{"maintenances"}, Option: "fenetre", For: ForOperators, Changes: true,
			answer: (*Desk).maintenance,
		},
		{
			Name: "suspendre", Aliases: []string{"suspension", "suspensions"}, Option: "plateforme", For: ForOperators, Changes: true,
			answer: (*Desk).suspend,
		},
		{
			Name: "conversation", Aliases: []string{"conversations", "salon", "salons"}, Option: "action", For: ForOperators, Changes: true,
			answer: (*Desk).conversation,
		},
	}
}

// find returns the command that a person means by a word. One typing error is forgiven in a command that changes
// nothing. Where the word is no command, sure is false and the command is the nearest one; it has no name where none is
// near.
func find(word string) (nearest Command, sure bool) {
	word = Fold(word)
	distance := farthest(word) + 1
	for _, c := range Commands() {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if name == word {
				return c, true
			}
			if d := typos(name, word); d < distance && len(word) > 3 {
				nearest, distance = c, d
			}
		}
	}
	return nearest, distance <= 1 && !nearest.Changes
}

// begins finds the command that a request begins with, and what follows it: chat platforms take one word for the command
// where people say two, « mes données ».
func begins(r Request) (command Command, sure bool, args string) {
	if command, sure = find(r.Command); sure {
		return command, true, r.Args
	}
	second, rest, _ := strings.Cut(strings.TrimSpace(spaced(r.Args)), " ")
	if both, whole := find(r.Command + " " + clip(second)); whole && second != "" {
		return both, true, rest
	}
	return command, false, r.Args
}
