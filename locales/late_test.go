package locales

import (
	"github.com/panneau-ecole/panneau/bot"
)

// readLate reads what is told of a platform that is saturated by its latency alone.
func readLate(g *reader) {
	t := g.t
	n := in(pronote(t), bot.Saturated)
	n.Incident.Reason = bot.ReasonVerySlow
	g.notice("opened", n)
	again := after(n, bot.Saturated, school(t, 8, 20))
	g.notice("as before, and late", again)
	for _, purpose := range []bot.Purpose{bot.PurposeWorse, bot.PurposeAgain} {
		ring := after(n, bot.Slowed, school(t, 8, 20))
		ring.Purpose = purpose
		g.notice(string(purpose), ring)
	}
}
