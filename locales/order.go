package locales

import "github.com/panneau-ecole/panneau/bot"

// upkeeps lists the maintenances that are planned, and where that was done.
func (w *writer) upkeeps(m *bot.Message, t bot.Brief) {
	m.Summary = w.say("operator.upkeeps", values{"Count": len(t.Upkeeps) + t.More, "Typed": t.Typed})
	var s bot.Section
	for _, u := range t.Upkeeps {
		key := "operator.upkeeps.line"
		if u.ID == 0 {
			key = "operator.upkeeps.line.configured"
		}
		s.Items = append(s.Items, w.say(key, values{
			"Number": whole(int(u.ID)), "Name": w.called(t.Platforms, u.Platform), "From": w.at(u.From), "To": w.at(u.To),
			"Who": w.free(u.Who),
		}))
	}
	m.Sections = []bot.Section{s}
	if t.More > 0 {
		m.Footer = w.say("operator.upkeeps.more", values{"Count": t.More})
	}
}

// halts lists the platforms whose checks are stopped.
func (w *writer) halts(m *bot.Message, t bot.Brief) {
	m.Summary = w.say("operator.halts", values{"Typed": t.Typed})
	var s bot.Section
	for _, h := range t.Halts {
		s.Items = append(s.Items, w.say("operator.halts.line", values{
			"Name": w.called(t.Platforms, h.Platform), "From": w.since(h.Since), "To": w.at(h.Until), "Who": w.free(h.Who),
		}))
	}
	m.Sections = []bot.Section{s}
}

// sleepers lists the chats that are closed to us.
func (w *writer) sleepers(m *bot.Message, t bot.Brief) {
	m.Summary = w.say("operator.chats", values{"Count": len(t.Chats) + t.More, "Typed": t.Typed})
	var s bot.Section
	for _, c := range t.Chats {
		s.Items = append(s.Items, w.say("operator.chats.line", values{"Chat": w.free(string(c.ID)), "Since": w.since(c.Asleep.Since)}))
	}
	m.Sections = []bot.Section{s}
	if t.More > 0 {
		m.Footer = w.say("operator.chats.more", values{"Count": t.More})
	}
}

// called is a platform's name; one that is out of the configuration has its identifier only.
func (w *writer) called(list []bot.Platform, id bot.PlatformID) phrase {
	for _, p := range list {
		if p.ID == id {
			return w.bare(p)
		}
	}
	return w.free(string(id))
}
