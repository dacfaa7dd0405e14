package bot_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
	"github.com/panneau-ecole/panneau/bot/store"
)

//nolint:gochecknoglobals // flags of the test
var (
	wholeSchoolYear = flag.Bool("school-year", false, "play the whole year in TestSchoolYear, not only five weeks")
	schoolYearSeed  = flag.Uint64("school-year-seed", 2026, "of its outages")
)

// TestSchoolYear lets chats in ten zones live through a school year of outages at all hours: the real watch, judge,
// ledger and speaker in simulated time. No message may ring in anybody's quiet hours, and each outage that goes on at
// their end is told once. What is quiet is read off the chat's own clock, by another way than the program's.
func TestSchoolYear(t *testing.T) {
	first, last := calendar.On(2026, time.October, 12), calendar.On(2026, time.November, 15)
	if *wholeSchoolYear {
		first, last = calendar.On(2026, time.September, 1), calendar.On(2027, time.August, 31)
	}
	almanac, err := calendar.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "panneau.db")
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(first.At(0, time.UTC)))
		y := &schoolYear{
			stage: &stage{t: t, guard: alwaysOnline{}, quiet: bot.NewQuiet(almanac), look: time.Hour, every: map[bot.PlatformID]time.Duration{}},
			heard: map[bot.DestinationID][]note{}, routine: map[bot.DestinationID][]note{}, open: map[bot.IncidentID][]stretch{}, of: map[bot.IncidentID]bot.Incident{},
			dice: rand.New(rand.NewPCG(*schoolYearSeed, 0)),
		}
		y.notifier = y
		if y.store, err = store.OpenSQLite(t.Context(), path, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		y.settleIn(almanac)
		y.start()
		y.live(last.At(0, time.UTC))
		if err := y.halt(); err != nil {
			t.Error(err)
		}
		if err := y.store.Close(); err != nil {
			t.Error(err)
		}
		y.report()
	})
}

// schoolYear is the stage with chats all over the world, and a notebook of what they heard.
type schoolYear struct {
	*stage
	dice     *rand.Rand
	chats    []household
	restarts int

	mu    sync.Mutex
	heard map[bot.DestinationID][]note
	edits int

	routine map[bot.DestinationID][]note // what came at fixed times

	open map[bot.IncidentID][]stretch // when each incident went on
	of   map[bot.IncidentID]bot.Incident
}

// household is a chat with the schools of its zone.
type household struct {
	bot.Destination
	schools *calendar.Schools
}

// note is a message that a chat got, or the text that it shows now.
type note struct {
	at       time.Time
	incident bot.IncidentID
	purpose  bot.Purpose
	silent   bool
	title    string
}

// stretch is a time in which an incident went on; to is zero while it does.
type stretch struct{ from, to time.Time }

// yearPlatforms is how many platforms fail now and then.
const yearPlatforms = 6

// settleIn writes the platforms and the chats down: two in each zone, with other quiet hours and other platforms.
func (y *schoolYear) settleIn(almanac *calendar.Almanac) {
	y.t.Helper()
	for i := range yearPlatforms {
		id := bot.PlatformID(fmt.Sprint("ent-", i))
		y.platforms = append(y.platforms, bot.Platform{ID: id, Name: string(id)})
		y.every[id] = 365 * 24 * time.Hour // only what changes is seen
	}
	usual := calendar.DefaultQuietHours()
	short, urgent := usual, []bot.Condition{bot.Unreachable}
	short.From, short.To, short.Weekends, short.Holidays = calendar.Hour(22, 30), calendar.Hour(6, 15), false, false
	zones := []string{
		"Lyon", "Lille", "Créteil", "Strasbourg", "corse", "martinique", "guyane", "la-reunion", "nouvelle-caledonie", "polynesie",
	}
	for i, word := range zones {
		zone, err := calendar.Find(word)
		if err != nil {
			y.t.Fatal(err)
		}
		schools, err := almanac.Schools(zone)
		if err != nil {
			y.t.Fatal(err)
		}
		for j, silence := range []bot.Silence{
			{Zone: word, Hours: usual},
			[]bot.Silence{{Zone: word, Hours: short}, {Zone: word, Hours: usual, Urgent: urgent}}[i%2],
		} {
			channel := fmt.Sprint(word, " ", j+1)
			d := follower(channel)
			d.Rhythm = usualRhythm(word)
			d.Place, d.Silence = bot.Place{Location: schools.Clock(), Name: zone.Name}, silence
			d.Follows = []bot.PlatformID{y.platforms[(i+j)%yearPlatforms].ID, y.platforms[(i+2*j+3)%yearPlatforms].ID}
			y.chats = append(y.chats, household{d, schools})
		}
	}
	err := y.store.Update(y.t.Context(), func(tx bot.Tx) error {
		var all []bot.Destination
		for _, c := range y.chats {
			all = append(all, c.Destination)
		}
		return bot.Enrol(tx, all, nil, y.platforms, time.Now())
	})
	if err != nil {
		y.t.Fatal(err)
	}
}

// Post implements bot.Notifier.
func (y *schoolYear) Post(_ context.Context, p bot.Posting) (bot.Receipt, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	n := note{at: time.Now(), silent: p.Silent, title: p.Message.Title}
	if kind, _, _ := strings.Cut(n.title, " "); slices.Contains(bot.NoteKinds(), bot.NoteKind(kind)) {
		to := bot.DestinationID("tg:" + p.To.Channel)
		n.purpose = bot.Purpose(kind)
		y.routine[to] = append(y.routine[to], n)
		return bot.Receipt{Channel: p.To.Channel, IDs: []string{"n"}}, nil
	}
	if _, err := fmt.Sscanf(p.Key, "%d/", &n.incident); err != nil {
		return bot.Receipt{}, err
	}
	purpose, _, _ := strings.Cut(n.title, " ")
	n.purpose = bot.Purpose(purpose)
	to := bot.DestinationID("tg:" + p.To.Channel)
	y.heard[to] = append(y.heard[to], n)
	return bot.Receipt{Channel: p.To.Channel, IDs: []string{fmt.Sprint(len(y.heard[to]) - 1)}}, nil
}

// Edit implements bot.Notifier.
func (y *schoolYear) Edit(_ context.Context, r bot.Receipt, p bot.Posting) (bot.Receipt, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	var i int
	if _, err := fmt.Sscan(r.IDs[0], &i); err != nil {
		return r, err
	}
	y.heard[bot.DestinationID("tg:"+r.Channel)][i].title = p.Message.Title
	y.edits++
	return r, nil
}

// Buckets implements bot.Notifier.
func (y *schoolYear) Buckets(bot.Op, bot.Address) []bot.Bucket { return nil }

// happening is what the checks see of a platform from a moment on.
type happening struct {
	at       time.Time
	platform int
	story    string
}

// plan throws the dice for every platform: outages from three minutes to thirty hours, some four days apart, some of
// which get worse or better, or come back before it is certain that they are over.
func (y *schoolYear) plan(end time.Time) []happening {
	var list []happening
	for p := range yearPlatforms {
		at := time.Now().Add(time.Minute)
		list = append(list, happening{at, p, "u"})
		for at = y.later(at, time.Hour, 8*24*time.Hour); at.Before(end); at = y.later(at, 3*time.Hour, 8*24*time.Hour) {
			for range 1 + y.dice.IntN(4)/3 {
				list = append(list, happening{at, p, []string{"ddd", "qqq", "sss", "lll"}[y.dice.IntN(4)]})
				at = y.later(at, 3*time.Minute, 15*time.Hour)
				if y.dice.IntN(3) == 0 {
					list = append(list, happening{at, p, []string{"ddd", "qqq", "sss"}[y.dice.IntN(3)]})
					at = y.later(at, 3*time.Minute, 15*time.Hour)
				}
				list = append(list, happening{at, p, "uu"})
				at = at.Add(20 * time.Minute)
			}
			for range 2 { // the all-clear after coming and going
				at = at.Add(70 * time.Minute)
				list = append(list, happening{at, p, "u"})
			}
		}
	}
	slices.SortFunc(list, func(a, b happening) int { return a.at.Compare(b.at) })
	return list
}

// later is some time after a moment; short times are as likely as long ones.
func (y *schoolYear) later(at time.Time, least, most time.Duration) time.Time {
	factor := math.Pow(float64(most)/float64(least), y.dice.Float64())
	return at.Add(time.Duration(float64(least) * factor)).Round(time.Second)
}

// live plays the year, with a restart now and then, and lets the last silence pass.
func (y *schoolYear) live(end time.Time) {
	for i, h := range y.plan(end) {
		time.Sleep(time.Until(h.at))
		if i%100 == 99 {
			y.restart()
			y.restarts++
		}
		for _, letter := range h.story {
			v := verdictOf(letter, fmt.Sprintf("ent-%d/a", h.platform), time.Now())
			v.Platform = y.platforms[h.platform].ID
			if _, err := y.watch.Observe(y.t.Context(), v); err != nil {
				y.t.Fatal(err)
			}
			y.takeDown(time.Now())
			time.Sleep(time.Second)
		}
	}
	time.Sleep(75 * 24 * time.Hour) // more than the southern and the northern summer
}

// takeDown notes which incidents go on.
func (y *schoolYear) takeDown(now time.Time) {
	err := y.store.View(y.t.Context(), func(tx bot.Tx) error {
		newest, err := tx.NewestIncidents()
		for _, i := range newest {
			y.of[i.ID] = i
			list := y.open[i.ID]
			going := len(list) > 0 && list[len(list)-1].to.IsZero()
			switch {
			case i.Open() && !going:
				y.open[i.ID] = append(list, stretch{from: now})
			case !i.Open() && going:
				list[len(list)-1].to = now
			}
		}
		return err
	})
	if err != nil {
		y.t.Fatal(err)
	}
}

// quietAt reads off the chat's own clock whether it is not to be rung.
func (c household) quietAt(t time.Time) bool {
	local := t.In(c.schools.Clock())
	h := c.Silence.Hours
	minute := calendar.Hour(local.Hour(), local.Minute())
	weekend := local.Weekday() == time.Saturday || local.Weekday() == time.Sunday
	return minute >= h.From || minute < h.To || h.Weekends && weekend ||
		h.Holidays && c.schools.Day(calendar.DateOf(local), calendar.AllLevels).Off()
}

// audible reports whether an incident went on outside of silence, and whether this is certain: not a matter of a minute
// or two at its end.
func (c household) audible(list []stretch, now time.Time) (told, sure bool) {
	for _, s := range list {
		to := s.to
		if to.IsZero() {
			to = now
		}
		for at := s.from; at.Before(to); at = at.Add(time.Minute) {
			if !c.quietAt(at) {
				return true, at.Equal(s.from) || to.Sub(at) > 2*time.Minute
			}
		}
		if !c.quietAt(to) {
			return true, false
		}
	}
	return false, true
}

// account is what a year was like in a chat.
type account struct{ outages, told, spared, back, overtaken, again, inSilence, twice, missed, unfinished int }

// report looks at every chat and prints the table.
func (y *schoolYear) report() {
	var all account
	var b strings.Builder
	fmt.Fprintf(&b, "%-26s %7s %5s %6s %5s %9s %6s | %10s %6s %7s %11s\n", "chat", "outages", "told", "spared", "back", "overtaken",
		"again", "in silence", "twice", "missed", "not told on")
	for _, c := range y.chats {
		a := y.judge(c)
		y.judgeRoutine(c)
		all = all.plus(a)
		b.WriteString(a.row(c.Address.Channel))
	}
	b.WriteString(all.row("all"))
	y.t.Logf("seed %d, %d silent edits, %d restarts; at fixed times: %s\n%s", *schoolYearSeed, y.edits, y.restarts, y.routines(), b.String())
	if all.inSilence+all.twice+all.missed+all.unfinished > 0 {
		y.t.Error("a chat was rung in its quiet hours, was told twice, or was not told")
	}
	if all.told == 0 || all.spared == 0 || all.back == 0 {
		y.t.Error("nothing was tried")
	}
	for _, trouble := range y.trouble {
		y.t.Errorf("the operator was told %+v", trouble)
	}
}

func (a account) plus(b account) account {
	return account{
		a.outages + b.outages, a.told + b.told, a.spared + b.spared, a.back + b.back, a.overtaken + b.overtaken,
		a.again + b.again, a.inSilence + b.inSilence, a.twice + b.twice, a.missed + b.missed, a.unfinished + b.unfinished,
	}
}

func (a account) row(name string) string {
	return fmt.Sprintf("%-26s %7d %5d %6d %5d %9d %6d | %10d %6d %7d %11d\n", name, a.outages, a.told, a.spared, a.back,
		a.overtaken, a.again, a.inSilence, a.twice, a.missed, a.unfinished)
}

// judge compares what a chat heard with what it should have.
func (y *schoolYear) judge(c household) (a account) {
	notes := map[bot.IncidentID][]note{}
	for _, n := range y.heard[c.ID] {
		notes[n.incident] = append(notes[n.incident], n)
		if !n.silent && c.quietAt(n.at) && (n.purpose == bot.PurposeBack || len(c.Silence.Urgent) == 0) {
			a.inSilence++
			y.t.Errorf("%s: %q at %s", c.ID, n.title, n.at.In(c.schools.Clock()))
		}
	}
	for id, i := range y.of {
		if !slices.Contains(c.Follows, i.Platform) {
			continue
		}
		a.outages++
		y.judgeOne(&a, c, i, notes[id])
	}
	return a
}

// judgeRoutine looks at what a chat got at fixed times: once a day and kind at most, outside of its silence, and aloud only
// in the morning, before which nothing had rung that day.
func (y *schoolYear) judgeRoutine(c household) {
	seen := map[string]bool{}
	for _, n := range y.routine[c.ID] {
		local := n.at.In(c.schools.Clock())
		key := string(n.purpose) + local.Format(time.DateOnly)
		if seen[key] || c.quietAt(n.at) {
			y.t.Errorf("%s: %q at %s, twice or in silence", c.ID, n.title, local)
		}
		seen[key] = true
		if n.silent {
			continue
		}
		if n.purpose != bot.Purpose(bot.NoteMorning) {
			y.t.Errorf("%s: %q rang at %s", c.ID, n.title, local)
		}
		for _, other := range y.heard[c.ID] {
			at := other.at.In(c.schools.Clock())
			if !other.silent && at.Before(local) && calendar.DateOf(at) == calendar.DateOf(local) {
				y.t.Errorf("%s: %q rang at %s, after %q at %s", c.ID, n.title, local, other.title, at)
			}
		}
	}
}

// routines counts what came at fixed times, by kind, and how much of it rang.
func (y *schoolYear) routines() (text string) {
	count, rang := map[bot.Purpose]int{}, 0
	for _, list := range y.routine {
		for _, n := range list {
			count[n.purpose]++
			if !n.silent {
				rang++
			}
		}
	}
	for _, kind := range bot.NoteKinds() {
		text += fmt.Sprintf("%d %s, ", count[bot.Purpose(kind)], kind)
		if count[bot.Purpose(kind)] == 0 {
			y.t.Errorf("no %s note was sent", kind)
		}
	}
	return text + fmt.Sprintf("of which %d rang", rang)
}

// judgeOne counts what a chat heard of an incident.
func (y *schoolYear) judgeOne(a *account, c household, i bot.Incident, notes []note) {
	bulletins, backs := 0, 0
	for _, n := range notes {
		switch n.purpose {
		case bot.PurposeBulletin:
			bulletins++
		case bot.PurposeBack:
			backs++
		default:
			a.again++
		}
	}
	audible, sure := c.audible(y.open[i.ID], time.Now())
	audible = audible || len(c.Silence.Urgent) > 0 && i.Worst == bot.Unreachable
	switch {
	case bulletins == 1 && (audible || !sure):
		a.told++
	case bulletins == 0 && (!audible || !sure):
		a.spared++
	case bulletins > 1:
		a.twice++
	default:
		a.missed++
		y.t.Errorf("%s: %d messages about incident %d, which went on at %v", c.ID, bulletins, i.ID, y.open[i.ID])
	}
	if backs > 0 {
		a.back++
	}
	switch {
	case bulletins == 0 || i.Open():
	case !strings.Contains(notes[0].title, string(bot.Normal)):
		a.unfinished++
		y.t.Errorf("%s: incident %d shows %q", c.ID, i.ID, notes[0].title)
	case backs == 0 && y.followed(c, i):
		a.overtaken++
	case backs == 0:
		a.unfinished++
		y.t.Errorf("%s: nobody was told that incident %d is over: %v", c.ID, i.ID, notes)
	}
}

// followed reports whether the chat was told of a later outage of the same platform instead of the end of this one: it
// began before the silence ended in which this one did.
func (y *schoolYear) followed(c household, i bot.Incident) bool {
	var next bot.Incident
	for _, other := range y.of {
		if other.Platform == i.Platform && other.ID > i.ID && (next.ID == 0 || other.ID < next.ID) {
			next = other
		}
	}
	if next.ID == 0 {
		return false
	}
	for at := i.ResolvedAt.Add(2 * time.Second); at.Before(next.OpenedAt); at = at.Add(time.Minute) {
		if !c.quietAt(at) {
			return false
		}
	}
	return true
}
