package locales

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/panneau-ecole/panneau/bot"
)

type entry = struct {
	heading string
	brief   bot.Brief
}

// briefs is an answer to an operator of each kind, and of each variety of a kind, by a heading.
func briefs(t *testing.T) []entry {
	t.Helper()
	now := school(t, 12, 5)
	deeds := []bot.Deed{
		{At: now.Add(-time.Hour), Account: "telegram-parents", Who: "claire", Operator: true, What: "incident ouvrir pronote partial #12"},
		{At: now.Add(-26 * time.Hour), Account: "slack-equipe", Who: "karim", Operator: true, What: "declaration #11"},
	}
	list := []entry{
		{"of nothing", bot.Brief{Kind: bot.BriefJournal, Days: 7}},
		{"that is long", bot.Brief{Kind: bot.BriefJournal, Days: 90, Deeds: deeds, More: 40}},
		{"of one day too many", bot.Brief{Kind: bot.BriefJournal, Days: 90, More: 1}},
	}
	list = append(append(append(list, circularBriefs(now)...), orderBriefs(now)...), chatBriefs(now)...)
	told := func(kind bot.BriefKind) bool {
		return slices.ContainsFunc(list, func(e entry) bool { return e.brief.Kind == kind })
	}
	for _, kind := range slices.DeleteFunc(bot.BriefKinds(), told) {
		list = append(list, entry{"", bot.Brief{
			Kind: kind, Days: 7, Word: "quinze", Typed: "/journal", Deeds: deeds, Statement: claims(t)[1],
			Incident: bot.Incident{ID: 12, Condition: bot.Partial}, Platforms: []bot.Platform{{ID: "pronote", Name: "Pronote"}},
		}})
	}
	for i := range list {
		list[i].brief.Now, list[i].brief.Place = now, bot.Place{Location: now.Location(), Name: "Paris"}
		list[i].heading = strings.TrimSpace(string(list[i].brief.Kind) + " " + list[i].heading)
	}
	return list
}

func TestBriefs(t *testing.T) {
	g := newReader(t)
	for _, e := range briefs(t) {
		m, err := g.r.Brief(e.brief)
		g.add(e.heading, m, err)
		for _, fault := range Lint(m.Title + "\n" + layOut(m)) {
			t.Errorf("%s: %v", e.heading, fault)
		}
		if m.Title == "" || m.Summary == "" {
			t.Errorf("%s: no title or no summary", e.heading)
		}
	}
	for _, action := range bot.OperatorActions() {
		label, err := g.r.Button("fr", action)
		if err != nil {
			t.Fatal(err)
		}
		g.add("button, "+string(action), bot.Message{Title: label}, nil)
	}
	m, err := g.r.Help("fr", bot.Help{Reserved: reserved()})
	g.add("help for an operator", m, err)
	items, err := g.r.Menu(bot.Commands()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		if item.For == bot.ForOperators {
			g.add("menu, "+item.Name, bot.Message{Title: item.Description["zh"], Summary: item.Option.Description["ar"]}, nil)
		}
	}
	g.compare("briefs")
}

// reserved are the commands of operators, as they are typed.
func reserved() []bot.Call {
	var calls []bot.Call
	for _, c := range bot.Commands() {
		if c.For == bot.ForOperators {
			calls = append(calls, bot.Call{Command: c.Name, Typed: "/" + c.Name})
		}
	}
	return calls
}

// TestOperatorsAreHelpedInFrench: whatever the language of the chat, beneath what everybody is told.
func TestOperatorsAreHelpedInFrench(t *testing.T) {
	r := renderer(t)
	calls := reserved()
	for _, lang := range r.Languages() {
		m, err := r.Help(lang, bot.Help{Reserved: calls})
		if err != nil {
			t.Errorf("%s: %v", lang, err)
			continue
		}
		last := m.Sections[len(m.Sections)-1]
		if len(last.Items) < len(calls) || !strings.HasPrefix(last.Items[0], "/"+calls[0].Command) {
			t.Errorf("%s: %v", lang, last)
		}
	}
}

// circularBriefs are answers about what operators publish and keep still.
func circularBriefs(now time.Time) []entry {
	to := make([]bot.DestinationID, 71)
	draft := bot.Draft{
		Code: "4821", Who: "claire", Until: now.Add(6 * time.Hour), Expires: now.Add(10 * time.Minute), To: to,
		Letter: bot.Letter{Kind: bot.LetterCircular, Text: []string{"L’ENT ferme ce soir. *Rien* à faire."}, Urgent: true},
	}
	published := bot.Incident{ID: 12, Until: draft.Until, Letter: &draft.Letter}
	mutes := []bot.Mute{{Until: draft.Until, Who: "claire"}, {Account: "telegram-parents", Until: now.Add(time.Hour), Who: "karim"}}
	one := draft
	one.To, one.Letter.Urgent = to[:1], false
	return []entry{
		{"to one", bot.Brief{Kind: bot.BriefCircularPreview, Draft: one, Typed: "/annonce confirmer 4821"}},
		{"to one", bot.Brief{Kind: bot.BriefCircularSecond, Draft: one, Typed: "/annonce confirmer 4821"}},
		{"to one", bot.Brief{Kind: bot.BriefCircularOther, Draft: one, Typed: "/annonce confirmer 4821"}},
		{"to one", bot.Brief{Kind: bot.BriefCircularSent, Draft: one, Number: 12, Typed: "/annonce finir 12"}},
		{"of one", bot.Brief{Kind: bot.BriefCirculars, Circulars: []bot.Incident{published}}},
		{"", bot.Brief{Kind: bot.BriefCircularPreview, Draft: draft, Typed: "/annonce confirmer 4821"}},
		{"", bot.Brief{Kind: bot.BriefCircularSecond, Draft: draft, Typed: "/annonce confirmer 4821"}},
		{"", bot.Brief{Kind: bot.BriefCircularOther, Draft: draft, Typed: "/annonce confirmer 4821"}},
		{"", bot.Brief{Kind: bot.BriefCircularSent, Draft: draft, Number: 12, Typed: "/annonce finir 12"}},
		{"", bot.Brief{Kind: bot.BriefCircularEnded, Number: 12}},
		{"", bot.Brief{Kind: bot.BriefCirculars, Circulars: []bot.Incident{published, published}}},
		{"", bot.Brief{Kind: bot.BriefMutes, Mutes: mutes, Typed: "/silence"}},
	}
}

// chatBriefs are answers about chats that are closed to us.
func chatBriefs(now time.Time) []entry {
	chat := bot.Destination{ID: "parents/-1001234567890", Asleep: bot.Sleep{Since: now.Add(-26 * time.Hour)}}
	other := bot.Destination{ID: "slack-equipe/C0*SALON*", Asleep: bot.Sleep{Since: now.Add(-time.Hour)}}
	list := []entry{
		{"", bot.Brief{Kind: bot.BriefChats, Chats: []bot.Destination{chat, other}, Typed: "/conversation"}},
		{"of one", bot.Brief{Kind: bot.BriefChats, Chats: []bot.Destination{chat}, Typed: "/conversation"}},
		{"that are many", bot.Brief{Kind: bot.BriefChats, Chats: []bot.Destination{chat}, More: 40, Typed: "/conversation"}},
		{"one too many", bot.Brief{Kind: bot.BriefChats, Chats: []bot.Destination{chat}, More: 1, Typed: "/conversation"}},
	}
	for kind, typed := range map[bot.BriefKind]string{
		bot.BriefChatRetried: "", bot.BriefChatAwake: "", bot.BriefChatUnknown: "", bot.BriefChatForgotten: "", bot.BriefMended: "",
		bot.BriefChatConfigured: "", bot.BriefChatForget: " oublier parents/-1001234567890 confirmer",
	} {
		list = append(list, entry{"", bot.Brief{
			Kind: kind, Chats: []bot.Destination{chat}, Word: string(chat.ID), Typed: "/conversation" + typed,
		}})
	}
	slices.SortStableFunc(list, func(a, b entry) int { return cmp.Compare(a.brief.Kind, b.brief.Kind) })
	return list
}

// TestPressesOfOperatorsAreAnsweredInAWindow: what has no button beneath it fits where Telegram shows it.
func TestPressesOfOperatorsAreAnsweredInAWindow(t *testing.T) {
	const window = 200 // https://core.telegram.org/bots/api#answercallbackquery
	now := school(t, 12, 5)
	halted := entry{"", bot.Brief{
		Kind: bot.BriefHalted, Platforms: []bot.Platform{{ID: "enthdf", Name: "ENT Hauts-de-France"}}, Typed: "/suspendre enthdf fin",
		Halts: []bot.Halt{{Platform: "enthdf", Since: now, Until: now.Add(24 * time.Hour)}},
	}}
	short := []bot.BriefKind{
		bot.BriefHalted, bot.BriefChatRetried, bot.BriefChatAwake, bot.BriefChatForgotten, bot.BriefChatConfigured, bot.BriefMended,
	}
	for _, e := range append(chatBriefs(now), halted) {
		e.brief.Now, e.brief.Place = now, bot.Place{Location: now.Location(), Name: "Paris"}
		m, err := renderer(t).Brief(e.brief)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(utf16.Encode([]rune(m.Title + "\n" + m.Summary))); slices.Contains(short, e.brief.Kind) && (n > window || m.Footer != "") {
			t.Errorf("%s: %d characters, want at most %d: %q", e.brief.Kind, n, window, m.Summary)
		}
	}
}

// orderBriefs are answers about maintenances and checks that are stopped.
func orderBriefs(now time.Time) []entry {
	platforms := []bot.Platform{{ID: "pronote", Name: "Pronote"}, {ID: "ent", Name: "L’Éduc de Normandie"}}
	planned := bot.Upkeep{ID: 3, Platform: "pronote", From: now.Add(30 * time.Hour), To: now.Add(32 * time.Hour), Who: "claire"}
	list := []bot.Upkeep{planned, {Platform: "ent", From: now.Add(-time.Hour), To: now.Add(time.Hour)}, {ID: 4, Platform: "gone", From: now, To: now, Who: "*karim*"}}
	halts := []bot.Halt{
		{Platform: "pronote", Since: now.Add(-26 * time.Hour), Until: now.Add(time.Hour), Who: "claire"},
		{Platform: "gone", Since: now, Until: now.Add(48 * time.Hour), Who: "karim"},
	}
	about := func(kind bot.BriefKind) entry {
		return entry{"", bot.Brief{
			Kind: kind, Platforms: platforms[:1], Upkeeps: []bot.Upkeep{planned}, Typed: "/maintenance", Word: "pronote ce soir",
		}}
	}
	return []entry{
		about(bot.BriefUpkeepPlanned), about(bot.BriefUpkeepMoved), about(bot.BriefUpkeepSaid), about(bot.BriefUpkeepCancelled),
		about(bot.BriefUpkeepWhen), about(bot.BriefUpkeepPast), about(bot.BriefUpkeepUnknown), about(bot.BriefUpkeepNone),
		{"", bot.Brief{Kind: bot.BriefUpkeeps, Platforms: platforms, Upkeeps: list, Typed: "/maintenance"}},
		{"that are many", bot.Brief{Kind: bot.BriefUpkeeps, Platforms: platforms, Upkeeps: list[:1], More: 40, Typed: "/maintenance"}},
		{"of which one is left out", bot.Brief{Kind: bot.BriefUpkeeps, Platforms: platforms, Upkeeps: list[:1], More: 1, Typed: "/maintenance"}},
		{"of one", bot.Brief{Kind: bot.BriefUpkeeps, Platforms: platforms, Upkeeps: list[:1], Typed: "/maintenance"}},
		{"", bot.Brief{Kind: bot.BriefHalts, Platforms: platforms, Halts: halts, Typed: "/suspendre"}},
		{"", bot.Brief{Kind: bot.BriefHalted, Platforms: platforms[1:], Halts: halts[:1], Typed: "/suspendre ent fin"}},
		{"", bot.Brief{Kind: bot.BriefHaltNone, Typed: "/suspendre"}},
	}
}
