package locales

import (
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// readAnnouncements reads the message about a planned maintenance through its life.
func readAnnouncements(g *reader) {
	t := g.t
	n := pronote(t)
	n.Incident = bot.Incident{
		ID: 9, Platform: "pronote", Condition: bot.Maintenance, Worst: bot.Maintenance, Revision: 1,
		Since: school(t, 18, 0), Until: school(t, 20, 0), OpenedAt: school(t, 18, 0).Add(-24 * time.Hour),
	}
	n.PageURL = "" // an announcement has no page of its own
	at := func(heading string, now time.Time, change func(*bot.Incident)) {
		n := n
		n.Now = now
		change(&n.Incident)
		for _, n.Audience = range bot.Audiences() {
			g.notice(heading+", "+string(n.Audience), n)
		}
	}
	at("the evening before", school(t, 18, 0).Add(-24*time.Hour), func(*bot.Incident) {})
	at("the same day", school(t, 9, 0), func(*bot.Incident) {})
	at("begun", school(t, 18, 0), func(*bot.Incident) {})
	at("begun, until tomorrow", school(t, 18, 0), func(i *bot.Incident) { i.Until = i.Until.AddDate(0, 0, 1) })
	n.Statements = []bot.Statement{{
		Kind: bot.StatementClaim, At: school(t, 9, 0), Text: "*Mise à jour* des bulletins.", Link: "https://www.exemple.fr/maintenance",
	}}
	at("with what an operator says", school(t, 10, 0), func(*bot.Incident) {})
	n.Statements = nil
	at("over", school(t, 20, 1), func(i *bot.Incident) { i.ResolvedAt = i.Until })
	at("ended early", school(t, 19, 1), func(i *bot.Incident) { i.ResolvedAt = school(t, 19, 0) })
	at("given up", school(t, 9, 0), func(i *bot.Incident) { i.ResolvedAt = school(t, 8, 59) })
}
