package bot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// What makes an answer slow where it is known how fast answers usually are. The numbers are ours: a page that takes four
// times its usual time, and twice as long as nine in ten of its answers, is noticed; one that comes within three seconds
// is not worth a message, however fast it usually is. Who waits for ten seconds, and twenty times as long as usual, cannot
// work any more: to them the platform is full.
const (
	slowTimes  = 4
	slowSpread = 2
	leastSlow  = 3 * time.Second
	fullTimes  = 20
	fullSpread = 5
	leastFull  = 10 * time.Second
)

// What is known well enough to count as usual.
const (
	usualFrom  = 28 * 24 * time.Hour // how far back it is looked for
	usualHours = 4                   // hours of the kind that must be known: four school days, or two weekends
	usualRuns  = 6                   // answers that an hour must have had to be one of them
	// learnEvery is how often what is usual is read anew: a day more or less of four weeks changes little.
	learnEvery = 6 * time.Hour
	// learnTogether is for how many platforms that is done at once, and learnPause how long the checks, the first of which
	// are due at the same time, have the machine for themselves in between.
	learnTogether = 25
	learnPause    = 10 * time.Millisecond
)

// Usual is how fast the answers that a check gets at some place usually are in one hour of one kind of day.
type Usual struct {
	Median    time.Duration // the middle of the medians of the hours
	NineInTen time.Duration // the middle of what nine in ten kept within
	Hours     int           // how many hours that is from
}

// Known reports whether there was enough to learn from. Otherwise what the check itself calls slow counts.
func (u Usual) Known() bool { return u.Hours >= usualHours }

// Slow is how long an answer may take before it is slow.
func (u Usual) Slow() time.Duration {
	return max(leastSlow, slowTimes*u.Median, slowSpread*u.NineInTen)
}

// Full is how long an answer may take before it is so slow that the platform counts as saturated.
func (u Usual) Full() time.Duration {
	return max(leastFull, fullTimes*u.Median, fullSpread*u.NineInTen)
}

// Weigh turns a good answer that is unusually late into a slow or very slow one, and one that the check calls slow, as it usually is,
// into a good one. Other verdicts stay as they are, and so do all where nothing is known.
func (u Usual) Weigh(v Verdict) Verdict {
	answered := v.Outcome == Up || v.Outcome == Slow && (v.Reason == ReasonSlow || v.Reason == ReasonVerySlow)
	if !u.Known() || !answered || v.Evidence.Latency <= 0 {
		return v
	}
	if v.Evidence.Latency <= u.Slow() {
		v.Outcome, v.Reason = Up, ReasonNone
		return v
	}
	v.Outcome, v.Reason = Slow, ReasonSlow
	if v.Evidence.Latency > u.Full() {
		v.Reason = ReasonVerySlow
	}
	v.Evidence.Detail = fmt.Sprintf("usually %s at this hour, slow from %s on, very slow from %s on", u.Median, u.Slow(), u.Full())
	return v
}

// Baseline is what is usual for the checks. The zero value knows nothing; it does not change once made.
type Baseline struct {
	place *time.Location
	usual map[occasion]Usual
}

// occasion is an hour of a kind of day, on the clock of the place that the baseline is for.
type occasion struct {
	check   CheckID
	vantage string
	hour    int
	weekend bool
}

// NewBaseline learns from what the checks saw in past hours. Hours and days are those of place.
func NewBaseline(hours []Hour, place *time.Location) Baseline {
	b := Baseline{place: place, usual: make(map[occasion]Usual)}
	known := make(map[occasion][]Hour)
	for _, h := range hours {
		if h.Up+h.Slow >= usualRuns {
			o := b.occasion(h.Check, h.Vantage, h.Start)
			known[o] = append(known[o], h)
		}
	}
	for o, hours := range known {
		b.usual[o] = Usual{
			Median:    middle(hours, func(h Hour) time.Duration { return h.Median }),
			NineInTen: middle(hours, func(h Hour) time.Duration { return h.NineInTen }),
			Hours:     len(hours),
		}
	}
	return b
}

func (b Baseline) occasion(check CheckID, vantage string, at time.Time) occasion {
	local := at.In(b.place)
	day := local.Weekday()
	return occasion{check, vantage, local.Hour(), day == time.Saturday || day == time.Sunday}
}

// middle is the median of a figure of some hours.
func middle(hours []Hour, figure func(Hour) time.Duration) time.Duration {
	figures := make([]time.Duration, len(hours))
	for i, h := range hours {
		figures[i] = figure(h)
	}
	slices.Sort(figures)
	return quantile(figures, 0.5)
}

// Of is what is usual for the check of a verdict, at its place, hour and kind of day.
func (b Baseline) Of(v Verdict) Usual {
	if b.place == nil {
		return Usual{}
	}
	return b.usual[b.occasion(v.Check, v.Vantage, v.At)]
}

// Learn reads what is usual for the checks of all platforms from the stored hours of the last four weeks.
func (w *Watch) Learn(ctx context.Context) error {
	now, place := time.Now(), w.config.Place
	if place == nil {
		place = time.UTC
	}
	all := NewBaseline(nil, place)
	for ids := range slices.Chunk(slices.Collect(maps.Keys(w.web.platforms)), learnTogether) {
		err := w.config.Store.View(ctx, func(tx Tx) error {
			for _, id := range ids { // one by one: the hours of all take much room
				hours, err := tx.Hours(id, now.Add(-usualFrom), now)
				if err != nil {
					return fmt.Errorf("learn what is usual for %s: %w", id, err)
				}
				maps.Copy(all.usual, NewBaseline(hours, place).usual)
			}
			return nil
		})
		if err != nil {
			return err
		}
		pause(ctx, learnPause)
	}
	w.baseline.Store(&all)
	return nil
}

// keepLearning learns now and then until ctx ends.
func (w *Watch) keepLearning(ctx context.Context) {
	for {
		if err := w.Learn(ctx); err != nil && ctx.Err() == nil {
			w.config.Logger.Error("learn how fast the platforms usually are", "err", err)
		}
		if !pause(ctx, learnEvery) {
			return
		}
	}
}

// weigh judges the latency of a verdict by what is usual.
func (w *Watch) weigh(v Verdict) Verdict {
	if b := w.baseline.Load(); b != nil {
		return b.Of(v).Weigh(v)
	}
	return v
}
