package bot_test

import (
	"bufio"
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// trace is a day as it was, or might be: what each check would have met, what was true for families, and what they may
// be told. testdata/traces/README.md describes the files.
type trace struct {
	name      string
	title     string
	start     time.Time
	every     time.Duration
	limit     time.Duration // of one run
	platforms []bot.Platform
	checks    map[bot.PlatformID][]string
	addresses map[bot.PlatformID]string // at which the platform answers, or fails
	chats     []bot.Destination
	vantages  []string // the places besides « ici », which decides
	quorum    int
	scenes    []scene
	end       time.Time
	outages   []truth
	rings     map[string]int
	heard     map[string]int
	usual     []custom
	within    time.Duration // a decision must follow the beginning of an outage in this time
}

// scene is a change of what a check meets; the check « * » is all of a platform's, no place is every place.
type scene struct {
	at       time.Time
	vantage  string
	platform bot.PlatformID // « uplink » for our own network
	check    string
	state    string
	argument string
}

// truth is an outage that must be told, and as what.
type truth struct {
	platform  bot.PlatformID
	condition bot.Condition
	from, to  time.Time
}

const (
	uplink  = bot.PlatformID("uplink")
	uplink6 = bot.PlatformID("uplink6")
	process = bot.PlatformID("process") // of another place than the one that decides
	here    = "ici"
)

// readTrace reads a trace from a file.
func readTrace(path string) (*trace, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	t := &trace{
		name: strings.TrimSuffix(filepath.Base(path), ".trace"), every: 10 * time.Second, limit: 5 * time.Second,
		within: 30 * time.Second, checks: make(map[bot.PlatformID][]string), addresses: make(map[bot.PlatformID]string), rings: make(map[string]int), heard: make(map[string]int),
	}
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		if t.title == "" {
			t.title = strings.TrimSpace(strings.TrimPrefix(lines.Text(), "#"))
		}
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		if err := t.line(words); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
	}
	if t.end.IsZero() {
		return nil, fmt.Errorf("%s: no « end »", path)
	}
	return t, lines.Err()
}

// line takes the words of one line in.
func (t *trace) line(words []string) error {
	var err error
	switch key, rest := words[0], words[1:]; {
	case key == "start":
		return t.begin(rest)
	case key == "every":
		t.every, err = time.ParseDuration(rest[0])
	case key == "limit":
		t.limit, err = time.ParseDuration(rest[0])
	case key == "within":
		t.within, err = time.ParseDuration(rest[0])
	case key == "platform":
		return t.platform(rest)
	case key == "usual":
		return t.custom(rest)
	case key == "vantage":
		t.vantages = append(t.vantages, rest[0])
	case key == "quorum":
		t.quorum, err = strconv.Atoi(rest[0])
	case key == "chat":
		t.chat(rest)
	case key == "outage":
		return t.outage(rest)
	case key == "rings":
		t.rings[rest[0]], err = strconv.Atoi(rest[1])
	case key == "heard":
		t.heard[rest[0]], err = strconv.Atoi(rest[1])
	case len(rest) > 0 && key[0] >= '0' && key[0] <= '9':
		return t.scene(key, rest)
	default:
		return fmt.Errorf("unknown line %q", strings.Join(words, " "))
	}
	return err
}

// begin reads « 2021-04-06 07:55 Europe/Paris ».
func (t *trace) begin(words []string) error {
	place, err := time.LoadLocation(words[2])
	if err != nil {
		return err
	}
	t.start, err = time.ParseInLocation("2006-01-02 15:04", words[0]+" "+words[1], place)
	return err
}

// clock reads « 08:00 », « 08:00:30 » or « +2d 08:00 » written as « 2d08:00 »: a time of the first day or of a later one.
func (t *trace) clock(word string) (time.Time, error) {
	days := 0
	if day, rest, found := strings.Cut(word, "d"); found {
		var err error
		if days, err = strconv.Atoi(day); err != nil {
			return time.Time{}, err
		}
		word = rest
	}
	layout := "15:04:05"[:len(word)]
	c, err := time.Parse(layout, word)
	y, m, d := t.start.Date()
	return time.Date(y, m, d+days, c.Hour(), c.Minute(), c.Second(), 0, t.start.Location()), err
}

// platform reads « ent checks accueil,connexion needs educonnect for families on-demand open 08:00 18:00 ».
func (t *trace) platform(words []string) error {
	p := bot.Platform{ID: bot.PlatformID(words[0]), Name: words[0]}
	t.checks[p.ID] = []string{"accueil"}
	for words = words[1:]; len(words) > 0; {
		n := 2
		switch words[0] {
		case "checks":
			t.checks[p.ID] = strings.Split(words[1], ",")
		case "needs":
			p.DependsOn = append(p.DependsOn, bot.Dependency{On: bot.PlatformID(words[1])})
		case "for":
			p.DependsOn[len(p.DependsOn)-1].Readers = []bot.Audience{bot.Audience(words[1])}
		case "shares":
			p.Shares = append(p.Shares, words[1])
		case "at":
			t.addresses[p.ID] = words[1]
		case "ahead":
			var err error
			if p.Ahead, err = time.ParseDuration(words[1]); err != nil {
				return err
			}
		case "on-demand":
			p.OnDemand, n = true, 1
		case "open", "maintenance", "suspended":
			from, err := t.clock(words[1])
			if err != nil {
				return err
			}
			to, err := t.clock(words[2])
			if err != nil {
				return err
			}
			list := map[string]*[]bot.Period{"open": &p.Openings, "maintenance": &p.Maintenances, "suspended": &p.Suspensions}[words[0]]
			*list, n = append(*list, bot.Period{From: from, To: to}), 3
		default:
			return fmt.Errorf("unknown word %q of a platform", words[0])
		}
		words = words[n:]
	}
	t.platforms = append(t.platforms, p)
	return nil
}

// chat reads « parents families ent pronote ».
func (t *trace) chat(words []string) {
	d := follower(words[0])
	d.Audience, d.Follows = bot.Audience(words[1]), nil
	for _, id := range words[2:] {
		d.Follows = append(d.Follows, bot.PlatformID(id))
	}
	t.chats = append(t.chats, d)
	t.rings[words[0]] = -1
}

// outage reads « ent down 08:00 08:30 ».
func (t *trace) outage(words []string) error {
	from, err := t.clock(words[2])
	if err != nil {
		return err
	}
	to, err := t.clock(words[3])
	t.outages = append(t.outages, truth{bot.PlatformID(words[0]), bot.Condition(words[1]), from, to})
	return err
}

// scene reads « 08:00 ent/connexion 503 », « 08:00 * up », « 08:00 uplink down », « 08:00 @lyon ent 503 »,
// « 08:00 @lyon process stopped » and « 09:00 end ».
func (t *trace) scene(clock string, words []string) error {
	at, err := t.clock(clock)
	if err != nil {
		return err
	}
	if words[0] == "end" {
		t.end = at
		return nil
	}
	vantage, from := strings.CutPrefix(words[0], "@")
	if from {
		words = words[1:]
	} else {
		vantage = ""
	}
	platform, check, found := strings.Cut(words[0], "/")
	if !found {
		check = "*"
	}
	s := scene{at: at, vantage: vantage, platform: bot.PlatformID(platform), check: check, state: words[1]}
	if len(words) > 2 {
		s.argument = words[2]
	}
	t.scenes = append(t.scenes, s)
	return nil
}

// now is what a check meets at a place and time; the last line that fits counts.
func (t *trace) now(vantage string, platform bot.PlatformID, check string, at time.Time) scene {
	found := scene{state: "up"}
	for _, s := range t.scenes {
		fits := s.platform == platform || s.platform == "*" && platform != uplink && platform != uplink6 && platform != process
		if fits && (s.vantage == "" || s.vantage == vantage) && (s.check == "*" || s.check == check) && !s.at.After(at) {
			found = s
		}
	}
	return found
}

// probe is a checker that meets what the trace says.
type probe struct {
	trace    *trace
	vantage  string
	platform bot.PlatformID
	check    string
}

func (t *trace) probe(vantage string, platform bot.PlatformID, check string) *probe {
	return &probe{t, vantage, platform, check}
}

// chance is a number below n that only depends on the trace, the check and the time.
func (p *probe) chance(at time.Time, n int) int {
	hash := fnv.New64a()
	fmt.Fprint(hash, p.trace.name, p.platform, p.check)
	if p.vantage != here {
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

// Check implements bot.Checker.
func (p *probe) Check(ctx context.Context) bot.Verdict {
	at := time.Now()
	s := p.trace.now(p.vantage, p.platform, p.check, at)
	if p.trace.cutOff(p.vantage, p.trace.addresses[p.platform], at) {
		s = scene{state: "unreachable"}
	}
	took := 80 * time.Millisecond
	switch s.state {
	case "hang":
		return p.hang(ctx, bot.ReasonTimeoutHeaders)
	case "lossy": // so many in a hundred connections come to nothing
		if percent, _ := strconv.Atoi(s.argument); p.chance(at, 100) < percent {
			return p.hang(ctx, bot.ReasonTimeoutConnect)
		}
		s.state = "up"
	case "flap": // up and refused in turn, each for so long
		if half, _ := time.ParseDuration(s.argument); at.Sub(s.at)/half%2 == 0 {
			s.state = "refused"
		} else {
			s.state = "up"
		}
	case "slow":
		took, _ = time.ParseDuration(s.argument)
	case "takes": // a good answer, as far as the check can tell
		took, _ = time.ParseDuration(s.argument)
		s.state = "up"
	}
	v := sights()[s.state]
	if !sleep(ctx, took) {
		return bot.Verdict{Reason: bot.ReasonCancelled, At: at}
	}
	v.At, v.Evidence.Latency, v.Evidence.Address = at, took, p.trace.addresses[p.platform]
	return v
}

// cutOff reports whether our own line is down at a place, or its half over which an address is reached.
func (t *trace) cutOff(vantage, address string, at time.Time) bool {
	down := func(line bot.PlatformID) bool { return t.now(vantage, line, "*", at).state == "down" }
	return down(uplink) || strings.HasPrefix(address, "[") && down(uplink6)
}

// hang waits for the run's limit.
func (p *probe) hang(ctx context.Context, reason bot.Reason) bot.Verdict {
	at := time.Now()
	if !sleep(ctx, p.trace.limit) {
		return bot.Verdict{Reason: bot.ReasonCancelled, At: at}
	}
	return bot.Verdict{Outcome: bot.Down, Reason: reason, At: at}
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
	trace   *trace
	vantage string
}

// Believe implements bot.Guard.
func (w wayOut) Believe(_ context.Context, v bot.Verdict) (believed, online bool) {
	now := time.Now()
	return !w.trace.cutOff(w.vantage, v.Evidence.Address, now), !w.trace.cutOff(w.vantage, "", now)
}

// states lists the words that a scene may use, for the reader of a trace.
func states() []string {
	words := []string{"hang", "lossy", "flap", "takes"}
	for word := range sights() {
		words = append(words, word)
	}
	slices.Sort(words)
	return words
}
