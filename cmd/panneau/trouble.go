package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
)

// report tells the operator of a trouble, or of its end.
func (a *app) report(t bot.Trouble) {
	a.concierge.Tell(t)
	if t.Over {
		return
	}
	if t.Kind == bot.TroubleUnauthorised { // noticed by everything that the account was doing
		if _, said := a.refused.LoadOrStore(t.Account, true); said {
			return
		}
	}
	a.log.Warn("trouble", "kind", t.Kind, "account", t.Account, "destination", t.Destination, "platform", t.Platform,
		"vantage", t.Vantage, "detail", t.Detail)
	a.metrics.trouble(t)
	out := a.out
	if t.Kind == bot.TroubleCalendar {
		out = a.err
	}
	if text := a.sentence(t); text != "" {
		fmt.Fprintln(out, text)
	}
}

// sentence says a trouble in one or two sentences.
func (a *app) sentence(t bot.Trouble) string {
	data := map[string]any{"Channel": t.Destination, "Account": t.Account, "Platform": t.Platform, "Name": t.Vantage}
	switch t.Kind {
	case bot.TroubleUnauthorised, bot.TroublePlain, bot.TroubleRejected, bot.TroubleDeleted, bot.TroubleBlocked:
		return a.text("terminal."+string(t.Kind), data)
	case bot.TroubleAsleep:
		return a.text("terminal.gone", data)
	case bot.TroubleSilent, bot.TroubleHeard:
		return a.text("terminal.vantage."+string(t.Kind), data)
	case bot.TroubleSplit:
		data["Split"] = a.split(t.Split)
		return a.text("terminal.vantage.split", data)
	case bot.TroubleCertificate:
		w := t.Certificate
		return a.text("terminal.certificate", map[string]any{"Host": w.Host, "Platform": w.Platform, "Count": w.Days})
	case bot.TroubleCalendar:
		return expiring(t.Schools)
	case bot.TroubleLate:
		data["Count"], data["Why"] = t.Owed, a.text("terminal.late_"+lateness(t.Cause), nil)
		return a.text("terminal.late", data)
	default:
		return ""
	}
}

// expiring says that a zone's calendar ends.
func expiring(schools *calendar.Schools) string {
	return locales.Typeset(strings.Join([]string{
		schools.Zone().Title + " :", knownText(schools, calendar.DateOf(time.Now().In(schools.Clock()))),
		"Pour le compléter : panneau calendrier import export.csv",
	}, " "))
}

// lateness names why a broadcast is late, as far as an operator needs the difference.
func lateness(cause bot.ErrorKind) string {
	switch cause {
	case bot.KindThrottled:
		return "throttled"
	case bot.KindTransient, bot.KindUncertain:
		return "unanswered"
	default:
		return "other"
	}
}

// split says how far places disagree: « inaccessible depuis 1 point de contrôle sur 3 ».
func (a *app) split(s bot.Split) string {
	return a.text("split", map[string]any{"Condition": a.label("fr", s.Condition), "Count": s.Count, "Of": strconv.Itoa(s.Of)})
}

// word says a trouble in the words of a letter to operators. Without a post only its title is asked for.
func (a *app) word(t bot.Trouble, post bot.Post) bot.Letter {
	key := "terminal.trouble." + string(t.Kind)
	letter := bot.Letter{Title: a.text(key, nil)}
	if post == (bot.Post{}) {
		return letter
	}
	letter.Text = []string{a.sentence(t)}
	switch t.Kind {
	case bot.TroubleAsleep, bot.TroubleDeleted, bot.TroubleSilent, bot.TroubleUnauthorised:
		letter.Remedy = a.text(key+".remedy", map[string]any{"Name": t.Vantage, "Prefix": cmp.Or(post.Prefix, "/")})
	}
	if t.Kind == bot.TroubleAsleep && a.configures(t.Destination) { // which no button can forget
		letter.Remedy += " " + a.text(key+".configured", nil)
	}
	return letter
}

// configures reports whether a destination is one of the configuration.
func (a *app) configures(id bot.DestinationID) bool {
	return slices.ContainsFunc(a.config.Destinations, func(d config.Destination) bool { return d.ID == id })
}

// newConcierge wires what tells the operators of troubles.
func (a *app) newConcierge(m Main) *bot.Concierge {
	var posts []bot.Post
	for _, account := range a.config.Accounts {
		if account.Office.ID != "" {
			posts = append(posts, bot.Post{
				Account: account.ID, Destination: account.Office.ID, Prefix: m.prefix(account),
			})
		}
	}
	return bot.NewConcierge(bot.ConciergeConfig{Store: a.store, Posts: posts, Word: a.word, Woken: a.wake, Logger: a.log})
}

// mended takes note that an account is accepted. One that was refused since we started is not heard of again until it is
// started anew: what still succeeds had left before.
func (a *app) mended(attempt bot.Attempt) {
	if _, refused := a.refused.Load(attempt.Account); attempt.Outcome == "" && !refused {
		a.concierge.Tell(bot.Trouble{Kind: bot.TroubleUnauthorised, Account: attempt.Account, Over: true})
	}
}

// wake tells the speakers that the ledger has changed.
func (a *app) wake() {
	for _, s := range a.speakers {
		s.Wake()
	}
}
