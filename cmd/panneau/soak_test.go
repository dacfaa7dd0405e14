package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// soak is a long stretch of simulated time in which nearly everything goes wrong that can. Whenever it is quiet, every
// chat must show exactly the truth.
type soak struct {
	*town
	dice  *rand.Rand
	rooms []*room
	sum   journey
}

// journey is what a soak has been through.
type journey struct{ episodes, crashes, stops, faults, changes, requests, checked int }

// room is a chat of a soak.
type room struct {
	*medium
	id     string // where it is now
	entry  *chat  // as it is configured
	ailing func() // undoes what was done to it; nil while it is well

	// since the last check:
	disturbed bool                    // it may have missed what was over before it was well
	erased    bot.IncidentID          // the newest when somebody last deleted messages
	missed    map[bot.IncidentID]bool // what was over before it could be told
	doubts    int                     // answers that were lost on Telegram, where nobody can look whether a message arrived
}

// soakPlatforms is how many platforms fail in a soak.
const soakPlatforms = 8

// TestSoak is the short form of .ci/soak, which sets the variables: how many days and chats, the seed, and the most
// hours between two outages.
func TestSoak(t *testing.T) {
	long(t)
	days, chats := number("PANNEAU_TEST_SOAK_DAYS", 1), number("PANNEAU_TEST_SOAK_CHATS", 30)
	seeds := regressions()
	if seed := number("PANNEAU_TEST_SOAK_SEED", 0); seed != 0 {
		seeds = []int{seed}
	}
	p := newProps(t)
	for _, seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			play(t, p, func(s *town) {
				k := &soak{town: s, dice: rand.New(rand.NewPCG(uint64(seed), 0))}
				k.run(time.Duration(days)*24*time.Hour, chats)
				t.Logf("seed %d: %+v", seed, k.sum)
			})
		})
	}
}

// regressions are seeds that found something once.
func regressions() []int { return []int{1, 2} }

func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

func (k *soak) run(span time.Duration, chats int) {
	k.furnish(chats)
	k.start()
	for _, p := range k.platforms {
		k.see(p, "u")
	}
	for end := time.Now().Add(span); time.Now().Before(end) && !k.t.Failed(); {
		k.episode()
		k.sum.episodes++
		time.Sleep(time.Duration(k.dice.IntN(number("PANNEAU_TEST_SOAK_GAP", 6))) * time.Hour)
	}
}

// furnish makes the platforms and the chats, each of which follows two platforms.
func (k *soak) furnish(chats int) {
	k.platforms = nil
	for i := range soakPlatforms {
		k.platforms = append(k.platforms, fmt.Sprint("ent-", i))
	}
	k.chats = make([]chat, chats)
	for i := range chats {
		m := k.media[i%len(k.media)]
		id := chatIDs(m.platform, chats)[i]
		m.Open(id)
		k.chats[i] = chat{
			account: string(m.platform), channel: id, audience: "families",
			follows: []string{k.platforms[i%soakPlatforms], k.platforms[(i/3+1+i)%soakPlatforms]},
		}
		if k.chats[i].follows[0] == k.chats[i].follows[1] {
			k.chats[i].follows = k.chats[i].follows[:1]
		}
		k.rooms = append(k.rooms, &room{medium: m, id: id, entry: &k.chats[i], missed: make(map[bot.IncidentID]bool)})
	}
}

// episode is one outage with everything that goes wrong meanwhile, and the quiet after it.
func (k *soak) episode() {
	stories := [][]string{
		{"ddd", "uu"}, {"ddd", "qqq", "uu"}, {"sss", "ddd", "uu"}, {"qqq", "sss", "uu"}, {"ddd", "uu", "ddd", "uu"},
		{"lll", "ddd", "sss", "uu"}, {"ddd", "xxx", "qqq", "uu", "sss", "uu"},
	}
	platform := k.platforms[k.dice.IntN(soakPlatforms)]
	quiet := k.dice.IntN(3) == 0 // sometimes nothing goes wrong
	for _, part := range stories[k.dice.IntN(len(stories))] {
		if !quiet {
			k.disturb()
		}
		k.see(platform, part)
		if !quiet {
			k.stumble()
		}
		time.Sleep(k.interval())
		if k.dice.IntN(4) == 0 {
			k.settle()
		}
	}
	k.settle()
}

// interval is how long it stays as it is: a moment, some minutes, or so long that what comes then is another outage.
func (k *soak) interval() time.Duration {
	longest := []time.Duration{10 * time.Second, 20 * time.Minute, 20 * time.Minute, 2 * time.Hour}
	return time.Duration(k.dice.IntN(int(longest[k.dice.IntN(len(longest))])))
}

// stumble ends the program now and then, while messages are on their way.
func (k *soak) stumble() {
	switch k.dice.IntN(8) {
	case 0:
		k.doze()
		k.doubt()
		k.crash()
		k.doubt()
		k.start()
		k.sum.crashes++
	case 1:
		k.doze()
		k.restart()
		k.sum.stops++
	}
}

func (k *soak) doze() { time.Sleep(time.Duration(k.dice.IntN(int(3 * time.Second)))) }

// doubt notes the chats whose message is on its way as the program ends: it may come again on Telegram.
func (k *soak) doubt() {
	for _, r := range k.rooms {
		if r.platform == bot.Telegram {
			r.doubts++
		}
	}
}

// settle lets everything get well, waits until nothing is due, and looks at every chat.
func (k *soak) settle() {
	for _, m := range k.media {
		m.Heal()
	}
	for _, r := range k.rooms {
		if r.ailing != nil {
			r.ailing()
			r.ailing = nil
		}
	}
	time.Sleep(15 * time.Minute)
	for i := 0; k.asleep() && i < 30; i++ { // nobody has told us that we are let in again
		time.Sleep(time.Hour)
	}
	k.verify()
	for _, m := range k.media {
		k.sum.requests += len(m.Requests())
		m.Forget()
	}
}

// asleep reports whether some chat sleeps that has something to be told.
func (k *soak) asleep() bool {
	var next time.Time
	err := k.life.store.View(k.t.Context(), func(tx bot.Tx) error {
		for _, m := range k.media {
			_, at, err := tx.Due(bot.AccountID(m.platform), time.Now(), 1)
			if err != nil {
				return err
			}
			if !at.IsZero() {
				next = at
			}
		}
		return nil
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return !next.IsZero()
}

// disturb does something to some chats.
func (k *soak) disturb() {
	for range 1 + k.dice.IntN(1+len(k.rooms)/4) {
		r := k.rooms[k.dice.IntN(len(k.rooms))]
		switch k.dice.IntN(5) {
		case 0, 1:
			k.change(r)
		case 2:
			k.erase(r)
		default:
			k.fault(r)
		}
	}
	if k.dice.IntN(3) == 0 { // a whole chat platform is out
		m := k.media[k.dice.IntN(len(k.media))]
		m.Inject(emulator.Fault{Kind: emulator.Answer, Status: 503, Times: -1})
		for _, r := range k.rooms {
			r.disturbed = r.disturbed || r.medium == m
		}
	}
}

// fault makes the next requests about a chat fail, each in its way.
func (k *soak) fault(r *room) {
	r.disturbed = true
	for range 1 + k.dice.IntN(3) {
		f := k.failure()
		f.Channel, f.Times = r.id, 1+k.dice.IntN(3)
		r.Inject(f)
		if r.platform == bot.Telegram {
			r.doubts += f.Times
		}
		k.sum.faults++
	}
}

func (k *soak) failure() emulator.Fault {
	kinds := []emulator.Fault{
		{Kind: emulator.Answer, Status: 500}, {Kind: emulator.Answer, Status: 502},
		{Kind: emulator.Delay, Wait: 5 * time.Second}, {Kind: emulator.Delay, Wait: time.Minute}, {Kind: emulator.Hang},
		{Kind: emulator.CutBefore}, {Kind: emulator.CutAfter}, {Kind: emulator.CutBody}, {Kind: emulator.Garbage},
		{Kind: emulator.Throttle, Wait: time.Duration(1+k.dice.IntN(90)) * time.Second},
	}
	return kinds[k.dice.IntN(len(kinds))]
}

func (k *soak) erase(r *room) {
	list := r.Shown(r.id)
	if len(list) > 0 {
		r.Erase(r.id, list[len(list)-1-k.dice.IntN(min(len(list), 3))].ID)
		r.erased = k.newest()
		k.sum.changes++
	}
}

// newest is the incident that began last.
func (k *soak) newest() bot.IncidentID {
	list := k.incidents(1)
	if len(list) == 0 {
		return 0
	}
	return list[0].ID
}

// incidents are the last n, the newest first.
func (k *soak) incidents(n int) (list []bot.Incident) {
	err := k.life.store.View(k.t.Context(), func(tx bot.Tx) (err error) {
		list, err = tx.LastIncidents(n)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return list
}

// change does to a chat what people do, until it is undone.
func (k *soak) change(r *room) {
	if r.ailing != nil {
		return
	}
	r.disturbed = true
	k.sum.changes++
	switch server := r.Chat.(type) {
	case *telegram.Server:
		if k.dice.IntN(4) == 0 {
			r.id = server.Migrate(r.id)
			r.erased = k.newest() // what was said stays behind
			return
		}
	case *slack.Server:
		if k.dice.IntN(3) == 0 {
			server.Archive(r.id)
			r.ailing = func() { server.Unarchive(r.id) }
			return
		}
	}
	if k.dice.IntN(2) == 0 {
		r.Kick(r.id)
		r.ailing = func() { r.Invite(r.id) }
		return
	}
	r.Forbid(r.id)
	r.ailing = func() { r.Allow(r.id) }
}

// verify demands of every chat that it shows the truth.
func (k *soak) verify() {
	incidents := k.incidents(100)
	for _, r := range k.rooms {
		byIncident := r.read(incidents)
		handBack(incidents, byIncident)
		for _, i := range incidents {
			for _, platform := range r.entry.follows {
				if platform == string(i.Platform) {
					if wrong := r.judge(i, byIncident[i.ID]); wrong != "" {
						k.t.Errorf("%s, %s %s, incident %d (%s, revision %d): %s\n%s", time.Now().Format(time.DateTime), r.platform, r.id,
							i.ID, i.Condition, i.Revision, wrong, recount(byIncident[i.ID]))
					}
					k.sum.checked++
				}
			}
		}
	}
	for _, r := range k.rooms {
		r.disturbed = r.disturbed && incidents[0].Open()
	}
}

// utterance is a notice as it stands in a chat.
type utterance struct {
	emulator.Shown
	living bool   // the living message, not a ring
	says   string // back or out
	text   string
}

// read sorts a chat's notices by incident: the living ones by the link that each has, the rings, which have none, by the
// platform that they name.
func (r *room) read(incidents []bot.Incident) map[bot.IncidentID][]utterance {
	found := make(map[bot.IncidentID][]utterance)
	for _, m := range r.Shown(r.id) {
		text := strings.Join(strings.Fields(m.Text), " ")
		if !m.Bot || strings.Contains(text, "status") { // a greeting says how to ask
			continue
		}
		u := utterance{Shown: m, text: text, says: "out"}
		if strings.Contains(text, "🟢") {
			u.says = "back"
		}
		id := linked(m.Raw)
		if u.living = id != 0; !u.living {
			id = calling(incidents, text, m.At)
		}
		found[id] = append(found[id], u)
	}
	return found
}

// handBack gives the rings that a platform is back to the outage that the chat was told of, where none of it was told of
// the newest one. Of two outages that it was told of the end of the second is that of both.
func handBack(incidents []bot.Incident, told map[bot.IncidentID][]utterance) {
	ends := make(map[bot.PlatformID][]utterance) // one or none
	for _, i := range incidents {
		list := told[i.ID]
		living := slices.ContainsFunc(list, func(u utterance) bool { return u.living })
		back := slices.IndexFunc(list, func(u utterance) bool { return !u.living && u.says == "back" })
		if back >= 0 {
			ends[i.Platform] = list[back : back+1]
		}
		switch {
		case !living:
			delete(told, i.ID)
		case i.Open(): // its end, still to come, is that of the one before
			ends[i.Platform] = []utterance{{says: "back"}}
		case back < 0:
			told[i.ID] = append(list, ends[i.Platform]...)
		}
	}
}

// linked is the incident that a message leads to; 0 where there is none.
func linked(raw string) (id bot.IncidentID) {
	_, rest, ok := strings.Cut(raw, "panneau.exemple.fr/incidents/")
	if !ok {
		return 0
	}
	if _, err := fmt.Sscan(strings.FieldsFunc(rest, func(c rune) bool { return c < '0' || c > '9' })[0], &id); err != nil {
		return 0
	}
	return id
}

// calling is the newest incident, as of a time, of the platform that a text names.
func calling(incidents []bot.Incident, text string, at time.Time) bot.IncidentID {
	for _, i := range incidents {
		if strings.Contains(text+" ", strings.ToUpper(string(i.Platform))+" ") && !i.OpenedAt.After(at) {
			return i.ID
		}
	}
	return 0
}

// judge says what is wrong with the notices about an incident; nothing when they show the truth.
func (r *room) judge(i bot.Incident, list []utterance) string {
	want := "back"
	if i.Open() {
		want = "out"
	}
	erased := i.ID <= r.erased
	living, stale, backs, outs := 0, 0, 0, 0
	for _, u := range list {
		switch {
		case u.living && u.says == want && (!i.Open() || strings.Contains(u.text, wordOf(i.Condition))):
			living++
		case u.living:
			stale++
		case u.says == "back":
			backs++
		default:
			outs++
		}
	}
	switch {
	case len(list) == 0 && (r.disturbed || erased || r.missed[i.ID]):
		r.missed[i.ID] = !i.Open()
		return ""
	case len(list) == 0:
		return "nothing was told"
	case living == 0 && !erased:
		return "no message shows the truth"
	case living > 1+r.doubts, stale > r.doubts && !(erased && r.platform == bot.Telegram):
		return fmt.Sprintf("%d messages show the truth, %d something else", living, stale)
	case !i.Open() && backs == 0 && !erased:
		return "told « down » and never « back »"
	case backs > 2+r.doubts:
		return fmt.Sprintf("%d rings that it is back", backs)
	}
	return ""
}

// wordOf is in every notice about a condition.
func wordOf(c bot.Condition) string {
	return map[bot.Condition]string{
		bot.Unreachable: "inaccessible", bot.Saturated: "saturé", bot.Slowed: "lentement", bot.LoginImpossible: "connexion impossible",
	}[c]
}

func recount(list []utterance) string {
	var b strings.Builder
	for _, u := range list {
		fmt.Fprintf(&b, "  %s living=%t audible=%t edits=%d %s\n", u.At.Format(time.DateTime), u.living, u.Audible, u.Edits, u.text[:min(len(u.text), 100)])
	}
	return b.String()
}
