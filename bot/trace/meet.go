package trace

import (
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot"
)

// probe is a checker that meets what the trace says.
type probe struct {
	trace    *Trace
	vantage  string
	platform bot.PlatformID
	check    string
}

// Patrol makes the checks of a place, which meet the scenes.
func (t *Trace) Patrol(vantage string) *bot.Patrol {
	patrol := &bot.Patrol{Vantage: vantage, Burst: bot.DefaultBurst(), Logger: slog.New(slog.DiscardHandler)}
	for _, p := range t.Platforms {
		for _, check := range t.Checks[p.ID] {
			patrol.Rounds = append(patrol.Rounds, bot.Round{
				Check: checkID(p.ID, check), Platform: p.ID, Checker: &probe{t, vantage, p.ID, check},
				Schedule: cron.Every(t.Every), Limit: t.Limit + time.Second,
			})
		}
	}
	return patrol
}

// chance is a number below n that only depends on the trace, the check and the time.
func (p *probe) chance(at time.Time, n int) int {
	hash := fnv.New64a()
	fmt.Fprint(hash, p.trace.Name, p.platform, p.check)
	if p.vantage != Here {
		fmt.Fprint(hash, p.vantage)
	}
	return rand.New(rand.NewPCG(hash.Sum64(), uint64(at.UnixNano()))).IntN(n)
}

// sights is what the states of a trace look like to a check.
func sights() map[string]bot.Verdict {
	down := func(reason bot.Reason) bot.Verdict { return bot.Verdict{Outcome: bot.Down, Reason: reason} }
	busy := down(bot.ReasonServerError)
	busy.Evidence = bot.Evidence{Status: 503, RetryIn: 2 * time.Minute}
	return map[string]bot.Verdict{
		"up": {Outcome: bot.Up}, "slow": {Outcome: bot.Slow, Reason: bot.ReasonSlow},
		"refused": down(bot.ReasonRefused), "reset": down(bot.ReasonReset), "dns": down(bot.ReasonDNS),
		"503": down(bot.ReasonServerError), "busy": busy, "quota": down(bot.ReasonQuotaPage), "blank": down(bot.ReasonBodyMissing),
		"maintenance": down(bot.ReasonMaintenance), "closed": down(bot.ReasonClosed), "login": down(bot.ReasonLoginPath),
		"expired": down(bot.ReasonTLSExpired), "blocked": {Reason: bot.ReasonBlockedUs}, "unreachable": down(bot.ReasonUnreachable),
	}
}

// States lists the words for what a check can meet, in alphabetical order.
func States() []string {
	words := []string{"hang", "lossy", "flap", "takes"}
	for word := range sights() {
		words = append(words, word)
	}
	slices.Sort(words)
	return words
}

// Check implements bot.Checker.
func (p *probe) Check(ctx context.Context) bot.Verdict {
	at := time.Now()
	s := p.trace.now(p.vantage, p.platform, p.check, at)
	if p.trace.cutOff(p.vantage, p.trace.Addresses[p.platform], at) {
		s = Scene{State: "unreachable"}
	}
	took := 80 * time.Millisecond
	switch s.State {
	case "hang":
		return p.hang(ctx, bot.ReasonTimeoutHeaders)
	case "lossy": // so many in a hundred connections come to nothing
		if percent, _ := strconv.Atoi(s.Argument); p.chance(at, 100) < percent {
			return p.hang(ctx, bot.ReasonTimeoutConnect)
		}
		s.State = "up"
	case "flap": // up and refused in turn, each for so long
		if half, _ := time.ParseDuration(s.Argument); at.Sub(s.At)/half%2 == 0 {
			s.State = "refused"
		} else {
			s.State = "up"
		}
	case "slow":
		took, _ = time.ParseDuration(s.Argument)
	case "takes": // a good answer, as far as the check can tell
		took, _ = time.ParseDuration(s.Argument)
		s.State = "up"
	}
	v := sights()[s.State]
	if !sleep(ctx, took) {
		return bot.Verdict{Reason: bot.ReasonCancelled, At: at}
	}
	v.At, v.Evidence.Latency, v.Evidence.Address = at, took, p.trace.Addresses[p.platform]
	return v
}

// hang waits for the run's limit.
func (p *probe) hang(ctx context.Context, reason bot.Reason) bot.Verdict {
	at := time.Now()
	if !sleep(ctx, p.trace.Limit) {
		return bot.Verdict{Reason: bot.ReasonCancelled, At: at}
	}
	return bot.Verdict{Outcome: bot.Down, Reason: reason, At: at, Evidence: bot.Evidence{Latency: p.trace.Limit}}
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// wayOut is the way out of a place.
type wayOut struct {
	trace   *Trace
	vantage string
}

// Guard tells how the line of a place is. What was recorded has been looked at by the guard of its day.
func (t *Trace) Guard(vantage string) bot.Guard { return wayOut{t, vantage} }

// Believe implements bot.Guard.
func (w wayOut) Believe(_ context.Context, v bot.Verdict) (believed, online bool) {
	now := time.Now()
	return !w.trace.cutOff(w.vantage, v.Evidence.Address, now), !w.trace.cutOff(w.vantage, "", now)
}

// Panel is the other places.
func (t *Trace) Panel() bot.Panel {
	panel := bot.Panel{Others: t.Vantages, Quorum: make(map[bot.PlatformID]int)}
	for _, p := range t.Platforms {
		panel.Quorum[p.ID] = t.Quorum
	}
	return panel
}
