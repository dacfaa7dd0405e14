package main

import (
	"strconv"

	"github.com/panneau-ecole/panneau/bot"
)

// report tells the operator of a trouble.
func (a *app) report(t bot.Trouble) {
	if t.Kind == bot.TroubleUnauthorised { // noticed by everything that the account was doing
		if _, said := a.refused.LoadOrStore(t.Account, true); said {
			return
		}
	}
	a.log.Warn("trouble", "kind", t.Kind, "account", t.Account, "destination", t.Destination, "platform", t.Platform,
		"vantage", t.Vantage, "detail", t.Detail)
	a.metrics.trouble(t)
	data := map[string]any{"Channel": t.Destination, "Account": t.Account, "Platform": t.Platform}
	switch t.Kind {
	case bot.TroubleUnauthorised:
		a.say("terminal.unauthorised", data)
	case bot.TroubleAsleep:
		a.say("terminal.gone", data)
	case bot.TroublePlain:
		a.say("terminal.plain", data)
	case bot.TroubleRejected:
		a.say("terminal.rejected", data)
	case bot.TroubleDeleted:
		a.say("terminal.deleted", data)
	case bot.TroubleBlocked:
		a.say("terminal.blocked", data)
	case bot.TroubleSilent, bot.TroubleHeard:
		a.say("terminal.vantage."+string(t.Kind), map[string]any{"Name": t.Vantage})
	case bot.TroubleSplit:
		data["Split"] = a.split(t.Split)
		a.say("terminal.vantage.split", data)
	case bot.TroubleCertificate:
		w := t.Certificate
		a.say("terminal.certificate", map[string]any{"Host": w.Host, "Platform": w.Platform, "Count": w.Days})
	case bot.TroubleCalendar:
		a.expiring(t.Schools)
	case bot.TroubleLate:
		data["Count"], data["Why"] = t.Owed, a.text("terminal.late_"+lateness(t.Cause), nil)
		a.say("terminal.late", data)
	}
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
