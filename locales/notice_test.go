package locales

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// told lists the conditions that an incident can be told in while it is open.
func told() []bot.Condition { return bot.Conditions()[1:] }

func outages() []bot.Condition {
	return slices.DeleteFunc(bot.Conditions(), func(c bot.Condition) bool { return !c.Outage() })
}

// bulletins lists, for a step, the notices to read.
func bulletins(t *testing.T, step bot.Step) map[bot.Condition]bot.Notice {
	list := map[bot.Condition]bot.Notice{}
	for _, c := range told() {
		n := in(pronote(t), c)
		switch step {
		case bot.StepWorse:
			n = after(n, bot.Slowed, school(t, 8, 20))
		case bot.StepBetter:
			n = after(n, bot.Unreachable, school(t, 9, 10))
		case bot.StepUnknown:
			n = after(in(n, bot.Unverifiable), c, school(t, 8, 40))
		case bot.StepResolved:
			n = over(n, school(t, 9, 25))
		}
		if n.Incident.Step() == step {
			list[c] = n
		}
	}
	return list
}

func readBulletins(g *reader, audience bot.Audience, step bot.Step) {
	list := bulletins(g.t, step)
	for _, c := range told() {
		if n, ok := list[c]; ok {
			n.Audience = audience
			g.notice(string(c), n)
		}
	}
}

func readRings(g *reader) {
	t := g.t
	for _, c := range outages() {
		n := after(in(pronote(t), c), bot.Slowed, school(t, 8, 20))
		n.Purpose, n.Heard = bot.PurposeWorse, bot.Slowed
		g.notice("worse: "+string(c), n)
	}
	for _, c := range outages() {
		n := after(in(pronote(t), c), bot.Closed, school(t, 10, 5))
		n.Purpose, n.Heard = bot.PurposeAgain, bot.Closed
		g.notice("again: "+string(c), n)
	}
	for _, c := range outages() {
		n := over(in(pronote(t), c), school(t, 9, 25))
		n.Purpose, n.Heard = bot.PurposeBack, c
		g.notice("back: "+string(c), n)
	}
	late := over(pronote(t), school(t, 9, 25))
	late.Purpose, late.Now = bot.PurposeBack, school(t, 9, 55)
	g.notice("back, told half an hour later", late)
	closed := over(pronote(t), school(t, 9, 25))
	closed.Purpose, closed.Incident.Condition, closed.Incident.Before = bot.PurposeBack, bot.Closed, bot.Unreachable
	g.notice("back, but closed now", closed)
}

// readAffected has what depends on a platform named to those who follow it.
func readAffected(g *reader) {
	t := g.t
	for _, names := range [][]string{{"Mon ENT Occitanie"}, {"Mon ENT Occitanie", "Pronote", "Pix"}} {
		n := in(pronote(t), bot.LoginImpossible)
		n.Platform = bot.Platform{ID: "educonnect", Name: "ÉduConnect"}
		for _, name := range names {
			n.Affected = append(n.Affected, bot.Platform{Name: name})
		}
		g.notice(fmt.Sprintf("open, %d more", len(names)), n)
		g.notice(fmt.Sprintf("over, %d more", len(names)), over(n, school(t, 9, 25)))
	}
}

// readBeside has what fails at the same time named to those who follow it, without a cause.
func readBeside(g *reader) {
	t := g.t
	for _, names := range [][]string{{"Mon ENT Occitanie"}, {"Mon ENT Occitanie", "Lumni", "Pix"}} {
		n := in(pronote(t), bot.Unreachable)
		for _, name := range names {
			n.Beside = append(n.Beside, bot.Platform{Name: name})
		}
		g.notice(fmt.Sprintf("open, %d more", len(names)), n)
		g.notice(fmt.Sprintf("over, %d more", len(names)), over(n, school(t, 9, 25)))
	}
}

func readReasons(g *reader) {
	t := g.t
	for _, reason := range reasons() {
		n := in(pronote(t), reason.Condition())
		n.Incident.Reason = reason
		n.Incident.Evidence.TLSExpiry = school(t, 1, 59).AddDate(0, 0, -3)
		for _, n.Audience = range []bot.Audience{bot.Families, bot.Staff} {
			m, err := g.r.Notice(g.lang, n)
			m.Title, m.Sections, m.Links, m.Footer = "", nil, nil, ""
			g.add(fmt.Sprintf("%s, %s", reason, n.Audience), m, err)
		}
	}
}

func reasons() []bot.Reason {
	return []bot.Reason{
		bot.ReasonDNS, bot.ReasonRefused, bot.ReasonReset, bot.ReasonUnreachable, bot.ReasonTimeoutConnect,
		bot.ReasonTimeoutHeaders, bot.ReasonTimeoutBody, bot.ReasonTLSExpired, bot.ReasonTLSHost, bot.ReasonTLS,
		bot.ReasonServerError, bot.ReasonHTTPStatus, bot.ReasonRedirect, bot.ReasonBodyMissing, bot.ReasonBodyForbidden,
		bot.ReasonBodyTooLarge, bot.ReasonQuotaPage, bot.ReasonVerySlow, bot.ReasonMaintenance, bot.ReasonClosed, bot.ReasonLoginPath,
		bot.ReasonSlow, bot.ReasonBlockedUs, bot.ReasonOwnNetwork, bot.ReasonCancelled, bot.ReasonDNSAnswer,
		bot.ReasonNoEcho, bot.ReasonDNSDiffers, bot.ReasonNoFamily, bot.ReasonNotPermitted, bot.ReasonHalted,
	}
}

// readTimes reads the notices whose times a person gets wrong first.
func readTimes(g *reader) {
	t := g.t
	paris := location(t, "Europe/Paris")
	at := func(n bot.Notice, since, now time.Time) bot.Notice {
		n.Incident.Since, n.Incident.ChangedAt, n.CheckedAt, n.Now = since, since, now, now
		return n
	}
	day := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2021, month, day, hour, minute, 0, 0, paris)
	}
	g.notice("on the hour", at(pronote(t), day(4, 6, 8, 0), day(4, 6, 8, 1)))
	g.notice("since before midnight", at(pronote(t), day(4, 5, 23, 58), day(4, 6, 0, 2)))
	g.notice("since yesterday", at(pronote(t), day(4, 5, 16, 30), day(4, 6, 7, 55)))
	g.notice("since the first of the month", at(pronote(t), day(4, 1, 16, 30), day(4, 6, 7, 55)))
	g.notice("since last year", at(pronote(t), day(12, 31, 18, 0).AddDate(-1, 0, 0), day(1, 4, 8, 0)))
	g.notice("on the night of the change to summer time", at(pronote(t), day(3, 28, 1, 50), day(3, 28, 3, 10)))
	g.notice("over the change to winter time", over(at(pronote(t), day(10, 31, 1, 30), day(10, 31, 1, 31)), day(10, 31, 3, 30)))
	g.notice("resolved after days", over(pronote(t), day(4, 8, 11, 20)))
	late := over(pronote(t), day(4, 8, 11, 20))
	late.Now = day(4, 9, 7, 0)
	g.notice("resolved after days, told the next morning", late)
	short := over(pronote(t), pronote(t).Incident.Since.Add(40*time.Second))
	g.notice("resolved within a minute", short)
}

// readPlaces reads notices on other clocks than that of Paris.
func readPlaces(g *reader) {
	t := g.t
	n := pronote(t)
	n.Place = bot.Place{Location: location(t, "Indian/Reunion"), Name: "La Réunion"}
	g.notice("La Réunion", n)
	g.notice("La Réunion, worse", after(n, bot.Slowed, school(t, 8, 20)))
	g.notice("La Réunion, resolved", over(n, school(t, 9, 25)))
	n.Place = bot.Place{Location: location(t, "Pacific/Noumea"), Name: "Nouméa"}
	n.Now = school(t, 15, 30)
	g.notice("Nouméa, after its midnight", n)
	n.Place = bot.Place{Location: location(t, "Europe/Paris"), Name: "Alsace"}
	g.notice("another name for the clock of Paris", n)
}

// readNames reads notices about platforms with names that stand out, and with all that can be missing missing.
func readNames(g *reader) {
	t := g.t
	for _, name := range []string{
		"Ma classe à la maison", "Mon ENT Occitanie", "L'Éduc de Normandie", "ÉCLAT-BFC", "Ari@ne.57", "@ucollège84",
		"ENT 1er degré La Réunion", "MonLycée.net", "Quoi ? Pronote ! Ah : oui", "<b>*Pronote*</b> _x_ & `co`",
		"Pro\nnote\u202e\t 2000000", "🏫 École", "",
	} {
		n := pronote(t)
		n.Platform = bot.Platform{ID: "plateforme-x", Name: name}
		n.PageURL, n.CheckedAt, n.Every, n.Vantages, n.Incident.Reason = "", time.Time{}, 0, 0, bot.ReasonNone
		g.notice(fmt.Sprintf("%q", name), n)
		n = in(n, bot.Saturated)
		n.PageURL, n.Incident.Reason = "", bot.ReasonNone
		m, err := g.r.Notice(g.lang, n)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&g.b, "%s\n%s\n\n", m.Title, m.Summary)
	}
	n := pronote(t)
	n.CheckedAt = time.Time{}
	g.notice("not checked yet", n)
	n = pronote(t)
	n.Every = 90 * time.Second
	g.notice("every 90 seconds", n)
	n = pronote(t)
	n.Incident.Since = time.Time{}
	g.notice("nobody knows since when", n)
	g.notice("nobody knows since when, back", over(n, school(t, 9, 25)))
	n = pronote(t)
	n.Purpose, n.Incident.Before, n.Incident.ChangedAt = bot.PurposeAgain, bot.Maintenance, time.Time{}
	g.notice("nobody knows since when, again", n)
}

// readRevisions reads bulletins of revisions that change something other than the condition.
func readRevisions(g *reader) {
	t := g.t
	g.notice("the reason changed", after(pronote(t), bot.Unreachable, school(t, 8, 30)))
	g.notice("verifiable again", after(pronote(t), bot.Unverifiable, school(t, 8, 50)))
	g.notice("not verifiable from the start", in(pronote(t), bot.Unverifiable))
	g.notice("still not verifiable", after(in(pronote(t), bot.Unverifiable), bot.Unverifiable, school(t, 8, 50)))
	halted := after(in(pronote(t), bot.Unverifiable), bot.Unreachable, school(t, 8, 50))
	halted.Incident.Reason = bot.ReasonHalted
	g.notice("not checked any more", halted)
	halted.Incident.Before = bot.NotYetKnown
	halted.Incident.Since = time.Time{}
	g.notice("not checked, nobody knows since when", halted)
	g.notice("normal, but not resolved", after(in(pronote(t), bot.Normal), bot.Unreachable, school(t, 8, 50)))
	anew := after(pronote(t), bot.Normal, school(t, 10, 6))
	anew.Incident.Since = school(t, 10, 5)
	g.notice("begun anew after it was over", anew)
	anew.Purpose, anew.Heard = bot.PurposeAgain, bot.Normal
	g.notice("begun anew after it was over, aloud", anew)
	closed := over(pronote(t), school(t, 9, 25))
	closed.Incident.Condition = bot.Closed
	g.notice("resolved because it was closed", closed)
}
