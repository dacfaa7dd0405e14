package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// Destination is a destination with the school zone that it lives by.
type Destination struct {
	bot.Destination
	Zone      calendar.Zone
	Académies []string // whose platforms concern it: the one that was named, or all of the zone
}

func (b *builder) destinations(entries []destinationEntry, common rhythmEntry, c *Config) []Destination {
	if len(entries) == 0 && !b.has("destinations") {
		b.warn("destinations", "aucune destination : aucun avis n’est publié", "ajoutez un salon ou un groupe")
	}
	var list []Destination
	first := map[bot.DestinationID]int{}
	for i, e := range entries {
		path := fmt.Sprintf("destinations[%d]", i+1)
		d := b.destination(path, e, common, c)
		if n := first[d.ID]; n > 0 && d.Address.Channel != "" {
			b.add(path, fmt.Sprintf("même salon que destinations[%d]", n), "gardez une seule destination par salon et par fil")
		} else {
			first[d.ID] = i + 1
		}
		list = append(list, d)
	}
	return list
}

func (b *builder) destination(path string, e destinationEntry, common rhythmEntry, c *Config) Destination {
	account := b.accountOf(path+".account", e.Account, c.Accounts)
	where := b.territory(path+".zone", e.Zone)
	d := Destination{Zone: where.zone, Académies: where.académies, Destination: bot.Destination{
		Account:   account.ID,
		Address:   b.address(path, e, account.Platform),
		Audience:  b.audience(path+".audience", e.Audience),
		Place:     where.place,
		Languages: b.languages(path+".languages", e.Languages),
	}}
	d.ID = destinationID(account.ID, d.Address)
	d.Silence = b.silence(path+".quiet", e.Quiet, e.Zone, account.Platform)
	d.Rhythm = b.rhythmOf(path+".rhythm", e.Rhythm, common, e.Zone, account.Platform)
	d.Follows = b.follows(path+".follows", e.Follows, d, c.Platforms)
	return d
}

// destinationID names a destination after its account and address: "telegram-parents/-100123/42".
func destinationID(account bot.AccountID, to bot.Address) bot.DestinationID {
	id := string(account) + "/" + to.Channel
	if to.Thread != "" {
		id += "/" + to.Thread
	}
	return bot.DestinationID(id)
}

func (b *builder) accountOf(path, name string, accounts []Account) Account {
	names := make([]string, len(accounts))
	for i, a := range accounts {
		if string(a.ID) == name {
			return a
		}
		names[i] = string(a.ID)
	}
	switch {
	case name == "":
		b.require(path, "indiquez le nom d’un compte de la partie accounts")
	case len(accounts) == 0:
		b.add(path, "compte inconnu "+quote(name), "déclarez-le dans la partie accounts")
	default:
		b.add(path, "compte inconnu "+quote(name), meant(name, names))
	}
	return Account{}
}

// shape is how a chat platform writes an identifier. Where nothing fits, it has none of this kind.
type shape struct {
	fits   func(id string) bool
	remedy string
}

// channelShape is how each platform names a channel. Telegram's ids have at most 52 significant bits
// (https://core.telegram.org/bots/api#chat), which is 16 digits; Discord's have 64
// (https://discord.com/developers/docs/reference#snowflakes), which is 20.
func channelShape(platform bot.ChatPlatform) shape {
	switch platform {
	case bot.Telegram:
		return shape{
			func(id string) bool { return number(strings.TrimPrefix(id, "-"), 16) },
			"donnez le nombre, souvent négatif, que le robot annonce quand on l’ajoute au groupe ; un nom en @ ne convient pas",
		}
	case bot.Slack:
		return shape{
			func(id string) bool { return strings.ContainsAny(id[:1], "CDG") && spelled(id, uppers+digits, 2, 64) },
			"donnez l’identifiant du canal, qui commence par C, G ou D, au bas de ses détails ; son nom en # ne convient pas",
		}
	case bot.Discord:
		return shape{
			func(id string) bool { return number(id, 20) },
			"donnez l’identifiant numérique du salon : mode développeur, puis « Copier l’identifiant »",
		}
	default:
		return shape{named, howToName}
	}
}

// threadShape is how each platform names a thread.
func threadShape(platform bot.ChatPlatform) shape {
	never := func(string) bool { return false }
	switch platform {
	case bot.Telegram:
		return shape{func(id string) bool { return number(id, 10) }, "donnez le numéro du sujet"}
	case bot.Slack:
		return shape{timestamp, "donnez l’horodatage du premier message du fil, par exemple 1700000000.123456, entre guillemets"}
	case bot.Discord:
		return shape{never, "donnez l’identifiant du fil dans channel : sur Discord, un fil est un salon"}
	default:
		return shape{never, "supprimez cette clé : la console n’a pas de fils"}
	}
}

func (b *builder) address(path string, e destinationEntry, platform bot.ChatPlatform) bot.Address {
	if platform == "" {
		return bot.Address{}
	}
	if platform == bot.Console && e.Channel == "" {
		e.Channel = "terminal"
	}
	if e.Channel == "" {
		b.require(path+".channel", channelShape(platform).remedy)
	}
	return bot.Address{
		Channel: b.identifier(path+".channel", string(e.Channel), channelShape(platform)),
		Thread:  b.identifier(path+".thread", string(e.Thread), threadShape(platform)),
	}
}

func (b *builder) identifier(path, value string, s shape) string {
	if value == "" {
		return ""
	}
	if !s.fits(value) {
		b.add(path, "cet identifiant ne convient pas à la plateforme du compte", s.remedy)
		return ""
	}
	return value
}

// audience reads the audience; families, who get no jargon, when none is given.
func (b *builder) audience(path, word string) bot.Audience {
	if word == "" {
		return bot.Families
	}
	return bot.Audience(b.oneOf(path, word, texts(bot.Audiences())))
}

// territory is a school zone with its clock, and the académies that the file means by it.
type territory struct {
	zone      calendar.Zone
	place     bot.Place
	académies []string
}

// territory reads a zone or académie. There is no default: a wrong clock or calendar is worse than a question.
func (b *builder) territory(path, name string) territory {
	const remedy = "donnez a, b, c, corse, un territoire d’outre-mer (la-reunion) ou le nom d’une académie (Lille)"
	if name == "" {
		b.require(path, remedy)
		return territory{}
	}
	if known, ok := b.territories[name]; ok {
		return known
	}
	zone, err := calendar.Find(name)
	if err != nil {
		b.add(path, "zone ou académie inconnue "+quote(name), zoneMeant(name, remedy))
		return territory{}
	}
	clock, err := zone.Location()
	if err != nil {
		b.add(path, "l’heure de cette zone n’est pas disponible", "signalez-le : ces données font partie de Panneau")
	}
	b.territories[name] = territory{zone, bot.Place{Location: clock, Name: zone.Name}, calendar.AcadémiesOf(name)}
	return b.territories[name]
}

func zoneMeant(name, otherwise string) string {
	var known []string
	for _, zone := range calendar.Zones() {
		known = append(known, zone.ID)
		for _, académie := range zone.Académies {
			known = append(known, strings.ToLower(académie))
		}
	}
	if near := nearest(name, known); near != "" {
		return meant(near, known)
	}
	return otherwise
}

// languages reads one or two languages; the first that Panneau has when none is given.
func (b *builder) languages(path string, list []string) []string {
	if len(list) == 0 {
		b.refuseEmpty(path)
		return b.Languages[:1]
	}
	if len(list) > 2 {
		b.add(path, "plus de deux langues", "gardez une ou deux langues, la principale d’abord")
	}
	for i, language := range list {
		at := path + "[" + strconv.Itoa(i+1) + "]"
		if slices.Contains(list[:i], language) && language != "" {
			b.add(at, "langue donnée deux fois", "gardez-la une fois")
		}
		b.oneOf(at, language, b.Languages)
	}
	return list
}

// refuseEmpty reports a list that was written down with nothing in it: it would mean the opposite of what it says.
func (b *builder) refuseEmpty(path string) {
	if b.has(path) {
		b.add(path, "liste vide", "donnez au moins un élément, ou supprimez la clé")
	}
}
