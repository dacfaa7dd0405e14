package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/panneau-ecole/panneau/bot"
)

// Account is one bot identity.
type Account struct {
	ID        bot.AccountID
	Platform  bot.ChatPlatform
	Token     Secret        // empty for the console
	AppToken  Secret        // Slack only, for Socket Mode; empty: the account posts and does not listen
	Command   string        // Slack only, with its slash: "/panneau"
	Admins    []string      // Slack only: ids of people who may give the commands of administrators besides those of the workspace
	Open      bool          // chats may subscribe themselves by commands
	Operators bot.Operators // who runs this Panneau
	Office    Office        // where they are told of troubles
	APIURL    string        // base of the vendor's API, without a final slash; empty for the vendor's own
}

// Office is the chat where an account tells its operators of its troubles. The zero value is none.
type Office struct {
	ID      bot.DestinationID
	Address bot.Address
}

// defaultCommand is the slash command on Slack. "/status" is not to be had there.
const defaultCommand = "/panneau"

func (b *builder) accounts(entries map[name]accountEntry) []Account {
	if len(entries) == 0 && !b.has("accounts") {
		b.warn("accounts", "aucun compte : rien n’est publié dans une messagerie", "ajoutez un compte")
	}
	var list []Account
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		list = append(list, b.account("accounts."+string(id), bot.AccountID(id), entries[id]))
	}
	b.refuseSharedTokens(list)
	return list
}

func (b *builder) account(path string, id bot.AccountID, e accountEntry) Account {
	known := []string{string(bot.Telegram), string(bot.Slack), string(bot.Discord), string(bot.Console)}
	a := Account{
		ID:       id,
		Platform: bot.ChatPlatform(b.oneOf(path+".platform", e.Platform, known)),
		Token:    b.secret(path+".token", e.Token),
		AppToken: b.secret(path+".app_token", e.AppToken),
		Command:  e.Command,
		Admins:   e.Admins,
		Open:     e.Open,
		APIURL:   b.baseURL(path+".api_url", e.APIURL),
	}
	a.Operators = b.operators(path+".operators", a.Platform, e.Operators)
	if e.Platform == "" {
		b.require(path+".platform", "choisissez parmi "+strings.Join(known, ", "))
	}
	switch a.Platform {
	case bot.Telegram:
		b.token(path+".token", a.Token, telegramToken, "recopiez le jeton donné par @BotFather : des chiffres, deux-points, puis une suite de caractères")
	case bot.Discord:
		b.token(path+".token", a.Token, discordToken, "recopiez le jeton de la page « Bot » de l’application Discord, sans le mot Bot devant")
	case bot.Slack:
		b.slack(path, &a)
	}
	b.refuseForeignKeys(path, a.Platform)
	if e.OperatorChannel != "" && a.Platform != "" && a.Platform != bot.Console {
		a.Office = b.office(path+".operator_channel", a, string(e.OperatorChannel))
	}
	return a
}

func (b *builder) office(path string, a Account, channel string) Office {
	at := bot.Address{Channel: b.identifier(path, channel, channelShape(a.Platform))}
	if at.Channel == "" {
		return Office{}
	}
	return Office{ID: destinationID(a.ID, at), Address: at}
}

// refuseCrowds reports offices in which others read than those who run Panneau.
func (b *builder) refuseCrowds(c *Config) {
	for _, a := range c.Accounts {
		for i, d := range c.Destinations {
			if a.Office.ID == "" || d.Account != a.ID || d.Address.Channel != a.Office.Address.Channel || d.Audience == bot.Staff {
				continue
			}
			b.add("accounts."+string(a.ID)+".operator_channel", fmt.Sprintf("ce salon est destinations[%d], où lisent des familles ou des enseignants", i+1),
				"donnez un salon réservé à ceux qui exploitent Panneau")
		}
	}
}

func (b *builder) slack(path string, a *Account) {
	b.token(path+".token", a.Token, prefixed("xoxb-"), "recopiez le jeton du robot (« Bot User OAuth Token »), qui commence par xoxb-")
	if !a.AppToken.IsZero() {
		b.token(path+".app_token", a.AppToken, prefixed("xapp-"), "recopiez le jeton d’application (« App-Level Token »), qui commence par xapp-")
	}
	for i, id := range a.Admins {
		if !spelled(id, uppers+digits, 2, 20) || id[0] != 'U' && id[0] != 'W' {
			b.add(fmt.Sprintf("%s.admins[%d]", path, i), "ce n’est pas l’identifiant d’une personne sur Slack", "recopiez-le dans son profil (« Copier l’identifiant du membre ») : il commence par U ou W")
		}
	}
	if a.Command == "" {
		a.Command = defaultCommand
	}
	a.Command = "/" + strings.TrimPrefix(a.Command, "/")
	switch {
	case !spelled(a.Command[1:], lowers+digits+"_-", 1, 31):
		b.add(path+".command", "nom de commande incorrect", "employez de 1 à 31 lettres minuscules sans accent, chiffres et traits d’union")
	case slices.Contains(reservedOnSlack(), a.Command):
		b.add(path+".command", "Slack réserve la commande "+a.Command, "choisissez-en une autre, par exemple "+defaultCommand)
	}
}

// reservedOnSlack lists the commands that are Slack's own: a manifest that registers one is refused whole. As met and
// listed by people in https://github.com/NousResearch/hermes-agent/issues/17054.
func reservedOnSlack() []string {
	return []string{
		"/away", "/collapse", "/dnd", "/expand", "/feed", "/join", "/leave", "/me", "/msg", "/mute", "/open", "/pro",
		"/remind", "/search", "/shortcuts", "/shrug", "/status", "/topic", "/who",
	}
}

// token checks that a secret is there and is of the right kind: swapped tokens are the commonest mistake.
func (b *builder) token(path string, token Secret, fits func(string) bool, remedy string) {
	switch {
	case b.Rehearsal:
	case token.IsZero():
		b.require(path, howToRefer)
	case !fits(token.Reveal()):
		b.add(path, "ce jeton n’a pas la forme attendue", remedy)
	}
}

// inToken are the characters of which tokens are made, beside their punctuation.
const inToken = lowers + uppers + digits + "_-"

func telegramToken(token string) bool {
	bot, key, _ := strings.Cut(token, ":")
	return number(bot, 20) && spelled(key, inToken, 1, 255)
}

func discordToken(token string) bool { return spelled(token, inToken+".", 1, 255) }

func prefixed(prefix string) func(string) bool {
	return func(token string) bool { return strings.HasPrefix(token, prefix) }
}

// operators reads who runs this Panneau, as an account knows them: identifiers by names.
func (b *builder) operators(path string, platform bot.ChatPlatform, entries map[name]identifier) bot.Operators {
	if len(entries) == 0 {
		return nil
	}
	operators := make(bot.Operators, len(entries))
	for _, who := range slices.Sorted(maps.Keys(entries)) {
		at, id, shape := path+"."+string(who), string(entries[who]), personShape(platform)
		switch other, twice := operators[id]; {
		case id == "" || platform == bot.Console:
		case !shape.fits(id):
			b.add(at, "ce n’est pas l’identifiant d’une personne sur "+string(platform), shape.remedy)
		case twice:
			b.add(at, "cet identifiant est déjà celui de "+other, "gardez un seul nom par personne")
		default:
			operators[id] = string(who)
		}
	}
	return operators
}

// personShape is how each platform names a person. On Telegram some identifiers are those of nobody: whoever writes in
// the name of a group or of a channel has them (https://core.telegram.org/bots/api#message, field from).
func personShape(platform bot.ChatPlatform) shape {
	switch platform {
	case bot.Telegram:
		nobody := []string{"777000", "1087968824", "136817688"}
		return shape{
			func(id string) bool { return number(id, 16) && !slices.Contains(nobody, id) },
			"donnez le nombre par lequel Telegram connaît cette personne (@userinfobot l’indique) ; un nom en @ ne convient pas",
		}
	case bot.Slack:
		return shape{
			func(id string) bool { return strings.ContainsAny(id[:1], "UW") && spelled(id, uppers+digits, 2, 64) },
			"donnez l’identifiant de membre, qui commence par U ou W : profil, puis « Copier l’identifiant du membre »",
		}
	default:
		return shape{
			func(id string) bool { return number(id, 20) },
			"donnez l’identifiant numérique de la personne : mode développeur, puis « Copier l’identifiant utilisateur »",
		}
	}
}

// refuseForeignKeys reports keys that mean nothing on the account's platform.
func (b *builder) refuseForeignKeys(path string, platform bot.ChatPlatform) {
	var foreign []string
	switch platform {
	case bot.Telegram, bot.Discord:
		foreign = []string{"app_token", "command", "admins"}
	case bot.Console:
		foreign = []string{
			"token", "app_token", "command", "admins", "api_url", "open", "operators", "operator_channel",
		}
	}
	for _, key := range foreign {
		if b.has(path + "." + key) {
			b.add(path+"."+key, "cette clé n’a pas de sens pour "+string(platform), "supprimez-la")
		}
	}
}

// refuseSharedTokens reports accounts that are one and the same bot: two pollers cut each other off, and two pacers
// together exceed the limits of one token.
func (b *builder) refuseSharedTokens(list []Account) {
	for i, a := range list {
		same := func(other Account) bool {
			return !a.Token.IsZero() && a.Platform == other.Platform && a.Token.Equal(other.Token)
		}
		if first := slices.IndexFunc(list[:i], same); first >= 0 {
			b.add("accounts."+string(a.ID)+".token", "ce jeton est déjà celui du compte "+string(list[first].ID), "gardez un seul compte par robot")
		}
	}
}
