package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store/storetest"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

const (
	// killsVariable asks for at least so many kills, on every engine that is at hand, instead of each step once.
	killsVariable = "PANNEAU_TEST_KILLS"
	// atOnceVariable is how many scenes are played at once.
	atOnceVariable = "PANNEAU_TEST_KILLS_AT_ONCE"
	// tableVariable names a file that the tables are added to.
	tableVariable = "PANNEAU_TEST_TABLE"
)

// kill is one death: at a step of one act on one platform.
type kill struct {
	step string
	act  bot.Act
	on   bot.ChatPlatform
}

// plan is one scene: an outage that is told, told differently and over, with a kill in each phase.
type plan struct {
	engine string
	kills  []kill
}

func steps() []string {
	return []string{beforeDeparture, afterDeparture, received, carriedOut, beforeReceipt, afterReceipt}
}

func phases() []bot.Act { return []bot.Act{bot.ActPost, bot.ActEdit, bot.ActRing} }

// TestR1_KillAtEveryStep kills real processes between real databases and the emulated platforms at every step of a
// delivery. It runs each step once; .ci/kills asks for hundreds.
func TestR1_KillAtEveryStep(t *testing.T) {
	wanted, _ := strconv.Atoi(os.Getenv(killsVariable))
	if wanted == 0 && os.Getenv(storetest.Variable) == "" {
		t.Skip("kills take half a minute: .ci/run plays a few, .ci/kills many")
	}
	atOnce, err := strconv.Atoi(os.Getenv(atOnceVariable))
	if err != nil {
		atOnce = 3 // more keep two processors so busy that every start is late
	}
	table := &tally{rows: map[rowKey]*row{}}
	slots := make(chan struct{}, atOnce)
	var scenes sync.WaitGroup
	for i, p := range plans(wanted) {
		scenes.Go(func() { // not t.Parallel: they wait more than they work, so that more of them than processors fit
			slots <- struct{}{}
			defer func() { <-slots }()
			t.Run(fmt.Sprintf("%d %s %s", i, p.engine, p.kills[0].step), func(t *testing.T) { p.play(t, table) })
		})
	}
	scenes.Wait()
	text := table.String()
	t.Log("\n" + text)
	publish(t, text)
	if n := table.kills(); n < wanted {
		t.Errorf("%d kills, want %d", n, wanted)
	}
}

// publish adds a table to the file that was asked for.
func publish(t *testing.T, text string) {
	name := os.Getenv(tableVariable)
	if name == "" {
		return
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintln(file, text); err != nil {
		t.Error(err)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}

// plans lists scenes with at least so many kills in all; none: each step once on each engine at hand, acts and
// platforms in turn.
func plans(wanted int) []plan {
	engines := []string{"sqlite"}
	if os.Getenv(storetest.Variable) != "" {
		engines = append(engines, "postgres")
	}
	if wanted == 0 {
		return handful(engines)
	}
	var list []plan
	for {
		for _, step := range append(steps(), anyTime) {
			for _, on := range platforms() {
				for _, engine := range engines {
					if len(list)*len(phases()) >= wanted+wanted/20+3 { // a step that is not reached in time kills nobody
						return list
					}
					p := plan{engine: engine}
					for _, act := range phases() {
						p.kills = append(p.kills, kill{step, act, on})
					}
					list = append(list, p)
				}
			}
		}
	}
}

func handful(engines []string) []plan {
	var list []plan
	for _, engine := range engines {
		halves := [2]plan{{engine: engine}, {engine: engine}}
		for i, step := range steps() {
			half := &halves[i%2]
			half.kills = append(half.kills, kill{step, phases()[i/2], platforms()[i%3]})
		}
		list = append(list, halves[:]...)
	}
	return list
}

// crowdOfKills is few enough that the edits of every Slack channel, made again after each kill, stay below the 50 a minute
// that Slack allows: what is beyond waits for the next minute.
func crowdOfKills() crowd { return crowd{telegram: 40, slack: 6, discord: 20} }

// ideal is how long a phase takes on a platform at its published limits: 30 messages a second on Telegram, 50 on
// Discord, and on Slack one a second and channel, which is all of them at once. The end of an outage is two messages, and
// a message is a round trip.
func ideal(on bot.ChatPlatform, act bot.Act) time.Duration {
	n, times := 0, 1
	if act == bot.ActRing {
		times = 2
	}
	rate := time.Second
	switch on {
	case bot.Telegram:
		n, rate = crowdOfKills().telegram, time.Second/30
	case bot.Discord:
		n, rate = crowdOfKills().discord, time.Second/50
	}
	return rate*time.Duration(max(n*times-1, 0)) + trip*time.Duration(times)
}

// play plays a scene and adds what became of it to the table.
func (p plan) play(t *testing.T, table *tally) {
	s := newScene(t, crowdOfKills())
	address := ""
	if p.engine == "postgres" {
		address = storetest.Postgres(t)
	}
	r := &run{scene: s, process: s.process(address), extra: map[bot.ChatPlatform]int{}}
	for _, k := range p.kills {
		for on, result := range r.phase(k) {
			key := rowKey{on, p.engine, k.step, k.act}
			if on != k.on {
				key.step = "beside another platform’s"
			}
			table.add(key, result)
			if result.lost > 0 {
				t.Errorf("%s, killed %s of %s: %d lost on %s: %s", k.act, k.step, k.on, result.lost, on, r.process.tail())
			}
			if most := result.flying; result.repeats > most {
				t.Errorf("%s, killed %s of %s: %d repeats on %s, want at most %d", k.act, k.step, k.on, result.repeats, on, most)
			}
		}
	}
	r.verify(t)
}

// run is a scene as it is played.
type run struct {
	scene   *scene
	process *process
	extra   map[bot.ChatPlatform]int // messages too many so far
}

// result is what a kill cost on one platform.
type result struct {
	killed, lost, repeats int
	flying                int           // messages on their way at the kill; none counts where they can be told from repeats
	refused               int           // requests answered with 429
	late                  time.Duration // beyond the ideal and the time that the process was dead
}

// outage is a time in which the process was dead.
type outage struct {
	from, to time.Time
	flying   int  // on Telegram
	doubtful bool // a posting was on its way to Slack
}

// patience is how long a phase may take. It is half a minute on a machine that has nothing else to do.
const patience = 5 * time.Minute

// phase makes the site change, starts the process, which checks at once then, kills it at the step, and waits until
// every channel shows the truth.
func (r *run) phase(k kill) map[bot.ChatPlatform]result {
	r.scene.t.Helper()
	begun := time.Now()
	r.arm(k)
	r.scene.change(k.act)
	r.process.start()
	r.process.ready()
	watcher := r.scene.watch(k.act)
	var dead []outage
	var strike, settled time.Time // when to kill, and since when everything is as it must be
	for time.Since(begun) < patience && (settled.IsZero() || time.Since(settled) < time.Second) {
		switch told := watcher.look(); {
		case !told:
			settled = time.Time{}
		case settled.IsZero():
			settled = time.Now()
		}
		strike = r.strike(k, begun, strike)
		select {
		case <-r.process.gone:
			dead = append(dead, r.revive(k))
			settled = time.Time{}
		case <-time.After(20 * time.Millisecond):
		}
	}
	r.disarm(k)
	r.process.stop()
	return r.results(k, begun, watcher, dead)
}

// arm prepares the kill.
func (r *run) arm(k kill) {
	most := map[bot.ChatPlatform]int{bot.Telegram: 30, bot.Slack: 5, bot.Discord: 12}[k.on]
	n := 1 + rand.IntN(most)
	switch k.step {
	case anyTime:
	case received, carriedOut:
		act := k.act
		if act == bot.ActRing {
			act = bot.ActPost
		}
		r.scene.gates[k.on].arm(&trap{step: k.step, act: act, n: n, kill: r.process.kill})
	default:
		r.process.announce(death{step: k.step, account: bot.AccountID(k.on), act: k.act, n: n})
	}
}

// strike kills at a random instant of the broadcast: at a time chosen when the platform's first request was seen.
func (r *run) strike(k kill, begun, at time.Time) time.Time {
	switch first := r.scene.gates[k.on].passages(begun); {
	case k.step != anyTime || len(first) == 0:
	case at.IsZero():
		return time.Now().Add(rand.N(ideal(k.on, k.act)))
	case time.Now().After(at):
		r.process.kill()
		return begun.Add(time.Hour)
	}
	return at
}

func (r *run) disarm(k kill) {
	r.scene.gates[k.on].arm(nil)
	r.process.pardon()
	for _, g := range r.scene.gates {
		g.empty()
	}
}

// revive starts the process again, as whoever looks after it would.
func (r *run) revive(k kill) outage {
	died := r.process.ended
	r.scene.gates[k.on].arm(nil)
	r.process.pardon()
	time.Sleep(rand.N(200 * time.Millisecond))
	lost := outage{
		from:     died,
		flying:   r.process.inFlight(bot.AccountID(bot.Telegram)),
		doubtful: k.act != bot.ActEdit && r.process.inFlight(bot.AccountID(bot.Slack)) > 0,
	}
	r.process.start()
	lost.to = r.process.ready()
	return lost
}

func (r *run) results(
	k kill, begun time.Time, w *watcher, dead []outage,
) map[bot.ChatPlatform]result {
	results := map[bot.ChatPlatform]result{}
	for _, on := range platforms() {
		one := result{killed: len(dead), lost: len(w.waiting[on])}
		extra := r.scene.tooMany(on, k.act)
		one.repeats, r.extra[on] = extra-r.extra[on], extra
		for _, request := range r.scene.chats[on].Requests() {
			if request.Refused && request.At.After(begun) {
				one.refused++
				r.scene.t.Logf("%s refused %s, killed %s of %s", on, request.Method, k.step, k.on)
			}
		}
		if on == bot.Telegram {
			one.flying += r.process.uncertain(begun)
		}
		decided, known := r.process.decided(begun)
		if known && one.lost == 0 {
			one.late = w.done[on].Sub(decided) - ideal(on, k.act)
		}
		for _, d := range dead {
			if on == bot.Telegram {
				one.flying += d.flying
			}
			one.late -= max(0, earlier(d.to, w.done[on]).Sub(later(d.from, decided)))
			if on == bot.Slack && d.doubtful { // the fate of a message can be known, and it posted again or not, only then
				one.late -= latest
			}
		}
		results[on] = one
	}
	return results
}

// verify demands that what every channel shows at the very end, when nothing is on its way any more, is the truth.
func (r *run) verify(t *testing.T) {
	for _, on := range platforms() {
		for _, channel := range r.scene.channels[on] {
			if list := r.scene.shown(on, channel); !told(list, bot.ActRing) {
				t.Errorf("%s %s shows at the end: %s", on, channel, texts(list))
			}
		}
		for _, request := range r.scene.chats[on].Requests() {
			if request.Problem != "" {
				t.Errorf("%s: %s: %s", on, request.Method, request.Problem)
			}
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// tally is the table of all kills. It is safe for concurrent use.
type tally struct {
	mu   sync.Mutex
	rows map[rowKey]*row
}

type rowKey struct {
	on     bot.ChatPlatform
	engine string
	step   string
	act    bot.Act
}

type row struct {
	kills, lost, repeats, most int
	flying, refused            int
	late                       []time.Duration
}

func (t *tally) add(key rowKey, r result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key.act = "" // one line for the three acts
	one := t.rows[key]
	if one == nil {
		one = &row{}
		t.rows[key] = one
	}
	one.kills += r.killed
	one.lost += r.lost
	one.repeats += r.repeats
	one.most = max(one.most, r.repeats)
	one.flying = max(one.flying, r.flying)
	one.refused += r.refused
	one.late = append(one.late, r.late)
}

// kills counts each kill once.
func (t *tally) kills() int {
	n := 0
	for key, one := range t.rows {
		if !strings.HasPrefix(key.step, "beside") {
			n += one.kills
		}
	}
	return n
}

// String is the table.
func (t *tally) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "platform\tengine\tkilled\tkills\tlost\trepeats\tmost\tmean\tin flight, most\t429\tlate, median\tlate, most")
	order := append(steps(), anyTime, "beside another platform’s")
	var keys []rowKey
	for key := range t.rows {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b rowKey) int {
		if c := strings.Compare(string(b.on)+b.engine, string(a.on)+a.engine); c != 0 {
			return c
		}
		return slices.Index(order, a.step) - slices.Index(order, b.step)
	})
	for _, key := range keys {
		one := t.rows[key]
		slices.Sort(one.late)
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%.2f\t%d\t%d\t%.2f s\t%.2f s\n", key.on, key.engine, key.step, one.kills, one.lost,
			one.repeats, one.most, float64(one.repeats)/float64(max(one.kills, 1)), one.flying, one.refused,
			one.late[len(one.late)/2].Seconds(), one.late[len(one.late)-1].Seconds())
	}
	if err := w.Flush(); err != nil {
		return err.Error()
	}
	return b.String()
}

// TestWhatArrivesLateIsNotRepeated cuts off a post and an edit on each platform, which carries them out more than a
// second later: no reader of a platform where we can look sees anything twice, and the newest state has the last word.
func TestWhatArrivesLateIsNotRepeated(t *testing.T) {
	t.Parallel()
	s := newScene(t, crowd{telegram: 2, slack: 2, discord: 2})
	p := s.process("")
	for _, act := range []bot.Act{bot.ActPost, bot.ActEdit} {
		for _, chat := range s.chats {
			chat.Inject(emulator.Fault{Kind: emulator.Late, Wait: latest})
		}
		s.change(act)
		p.start()
		p.ready()
		f := fleet{scene: s, replicas: []*process{p}}
		f.await("everybody to be told", func() bool { return s.watch(act).look() })
		time.Sleep(2 * latest)
		if !s.watch(act).look() {
			t.Errorf("%s: what arrived late had the last word", act)
		}
		for on, most := range map[bot.ChatPlatform]int{bot.Telegram: 1, bot.Slack: 0, bot.Discord: 0} {
			if n := s.tooMany(on, act); n > most {
				t.Errorf("%s: %d messages too many on %s, want at most %d", act, n, on, most)
			}
		}
		p.stop()
	}
}
