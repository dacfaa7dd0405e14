package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

func TestWhatIsAnnouncedFollowsWhatPeopleType(t *testing.T) {
	lille := []bot.PlatformID{"enthdf", "pronote"} // in the order of the store
	for _, c := range []struct {
		typed  []string
		title  string
		zone   string
		follow []bot.PlatformID
	}{
		{[]string{"abonner Lille"}, "subscribed", "Lille", lille},
		{[]string{"s'abonner Lille"}, "subscribed", "Lille", lille},
		{[]string{"s’abonner académie de Lille"}, "subscribed", "Lille", lille},
		{[]string{"subscribe lille"}, "subscribed", "Lille", lille},
		{[]string{"abonner LILLE 🙂"}, "subscribed", "Lille", lille},
		{[]string{"abonner \u200fLille"}, "subscribed", "Lille", lille},
		{[]string{"abonner Pronote, Lille"}, "subscribed", "Lille", []bot.PlatformID{"pronote"}},
		{[]string{"abonner Pronote ET lille"}, "subscribed", "Lille", []bot.PlatformID{"pronote"}},
		{[]string{"abonner pronotte et l'éduc de Normandie et Lille"}, "subscribed", "Lille", []bot.PlatformID{"educ", "pronote"}},
		{[]string{"abonner tout, Lille"}, "subscribed", "Lille", lille},
		{[]string{"abonner zone B"}, "subscribed", "zone-b", []bot.PlatformID{"educ", "enthdf", "pronote"}},
		{[]string{"abonner Lille", "abonner Pix"}, "subscribed", "Lille", []bot.PlatformID{"enthdf", "pix", "pronote"}},
		{[]string{"abonner Lille", "desabonner pronote"}, "unsubscribed", "Lille", []bot.PlatformID{"enthdf"}},
		{[]string{"abonner Lille", "se désabonner Pronote"}, "unsubscribed", "Lille", []bot.PlatformID{"enthdf"}},
		{[]string{"abonner Lille", "desabonner Pix"}, "not_followed", "Lille", lille},
		{[]string{"abonner Lille", "desabonner Rennes"}, "which", "Lille", lille},
		{[]string{"abonner Lille", "desabonner xyzzy"}, "which", "Lille", lille},
		{[]string{"abonner Lille", "desabonner"}, "unsubscribed", "Lille", nil},
		{[]string{"abonner Lille", "desabonner", "desabonner"}, "nothing", "Lille", nil},
		{[]string{"abonner Lille", "abonner Roubaix"}, "which", "Lille", lille},
		{[]string{"abonner Lille", "reglages zone Normandie"}, "changed", "Normandie", []bot.PlatformID{"educ", "pronote"}},
		{[]string{"abonner Lille", "reglages public enseignants"}, "changed", "Lille", []bot.PlatformID{"enthdf", "pix", "pronote"}},
	} {
		t.Run(strings.Join(c.typed, " | "), func(t *testing.T) {
			desk := newCounter(t)
			title := ""
			for _, text := range c.typed {
				title = desk.types(t, text)
			}
			got := desk.holds(t)
			if title != c.title || got.Wishes.Zone != c.zone {
				t.Errorf("got %s with zone %q, want %s with %q", title, got.Wishes.Zone, c.title, c.zone)
			}
			if diff := cmp.Diff(c.follow, got.Follows); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestNothingIsKeptBeforeItIsUnderstood asks for what is missing, with what was typed already.
func TestNothingIsKeptBeforeItIsUnderstood(t *testing.T) {
	c := newCounter(t)
	for typed, want := range map[string]bot.Answer{
		"abonner":                   {Kind: bot.AnswerWhere, Typed: "/abonner"},
		"abonner Pronote":           {Kind: bot.AnswerWhere, Typed: "/abonner Pronote,"},
		"abonner xyzzy":             {Kind: bot.AnswerWhich, Word: "xyzzy"},
		"desabonner":                {Kind: bot.AnswerNothing, Typed: "/abonner"},
		"stop":                      {Kind: bot.AnswerNothingKept},
		"mesdonnees":                {Kind: bot.AnswerNothingKept},
		"mes données":               {Kind: bot.AnswerNothingKept},
		"vie privée":                {Kind: bot.AnswerPrivacy, Typed: "/stop"},
		"reglages silence 20h-7h":   {Kind: bot.AnswerWhere, Typed: "/reglages zone"},
		"reglages week-ends oui":    {Kind: bot.AnswerWhere, Typed: "/reglages zone"},
		"reglages le mardi":         {Kind: bot.AnswerUnclear, Word: "le mardi", Typed: "/reglages"},
		"reglages public martiens":  {Kind: bot.AnswerUnclear, Word: "public martiens", Typed: "/reglages"},
		"reglages sujet quelconque": {Kind: bot.AnswerUnclear, Word: "sujet quelconque", Typed: "/reglages"},
		"langue klingon":            {Kind: bot.AnswerLanguages, Word: "klingon", Typed: "/langue"},
		"simple peut-être":          {Kind: bot.AnswerLanguages, Word: "peut-être", Typed: "/langue"},
	} {
		c.words.answer = nil
		c.types(t, typed)
		if c.words.answer == nil {
			t.Errorf("%s: no answer", typed)
			continue
		}
		got := *c.words.answer
		got.Platforms, got.Names, got.Settings = nil, nil, bot.Settings{}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", typed, diff)
		}
	}
	err := c.Store.View(t.Context(), func(tx bot.Tx) error {
		_, err := tx.DestinationAt(c.Account, group())
		return err
	})
	if !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("got %v, want no destination", err)
	}
}

func TestSettingsFollowWhatPeopleType(t *testing.T) {
	for typed, want := range map[string]string{
		"silence 20h-7h":                  "20:00-07:00 weekends holidays",
		"silence 20 h – 7 h":              "20:00-07:00 weekends holidays",
		"silence 20\u00a0h\u202f-\u202f7": "20:00-07:00 weekends holidays",
		"silence de 20h à 7h":             "20:00-07:00 weekends holidays",
		"silence : 21h30-6h45":            "21:30-06:45 weekends holidays",
		"silence 21 h 30 à 6 h 45":        "21:30-06:45 weekends holidays",
		"silence 21:30 6:45":              "21:30-06:45 weekends holidays",
		"silence 20h 07h":                 "20:00-07:00 weekends holidays",
		"heures calmes 20H00 - 07H00":     "20:00-07:00 weekends holidays",
		"silence jamais":                  "never",
		"silence non":                     "never",
		"silence oui":                     "20:00-07:00 weekends holidays",
		"quiet 22 6":                      "22:00-06:00 weekends holidays",
		"week-ends oui":                   "20:00-07:00 holidays",
		"week-ends non":                   "20:00-07:00 weekends holidays",
		"weekend oui":                     "20:00-07:00 holidays",
		"Week\u2011end : OUI !":           "20:00-07:00 holidays",
		"vacances oui":                    "20:00-07:00 weekends",
		"vacances: oui":                   "20:00-07:00 weekends",
		"holidays yes":                    "20:00-07:00 weekends",
	} {
		c := newCounter(t)
		c.types(t, "abonner Lille")
		if title := c.types(t, "réglages "+typed); title != "changed" {
			t.Errorf("%s: %s", typed, title)
		}
		if got := c.holds(t); spoken(got.Silence) != want {
			t.Errorf("%s: got %s, want %s", typed, spoken(got.Silence), want)
		}
	}
	for _, typed := range []string{
		"silence", "silence 25h-7h", "silence 20h", "silence 20h-20h", "silence 20h65-7h", "silence la nuit",
		"silence 20h-7h-8h", "week-ends parfois", "vacances", "zone", "zone Atlantide", "public", "sujet",
	} {
		c := newCounter(t)
		c.types(t, "abonner Lille")
		if title := c.types(t, "reglages "+typed); title != "unclear" {
			t.Errorf("%s: %s", typed, title)
		}
		if got := c.holds(t); spoken(got.Silence) != "20:00-07:00 weekends holidays" {
			t.Errorf("%s changed it to %s", typed, spoken(got.Silence))
		}
	}
}

// spoken is when a chat is not rung, in few words.
func spoken(s bot.Silence) string {
	if s.Zone == "" {
		return "never"
	}
	text := fmt.Sprintf("%02d:%02d-%02d:%02d", s.Hours.From/60, s.Hours.From%60, s.Hours.To/60, s.Hours.To%60)
	if s.Hours.Weekends {
		text += " weekends"
	}
	if s.Hours.Holidays {
		text += " holidays"
	}
	return text
}

// TestShownExamplesAreUnderstood types all that an answer shows.
func TestShownExamplesAreUnderstood(t *testing.T) {
	c := newCounter(t)
	c.types(t, "abonner "+bot.ExampleArea)
	for _, e := range bot.Examples() {
		for _, value := range append([]string{e.Value}, e.Choices...) {
			for _, typed := range []string{e.Word + " " + value, strings.ReplaceAll(e.Word+" "+value, " ", "\u00a0")} {
				if title := c.types(t, "reglages "+typed); title != "changed" {
					t.Errorf("%q: %s", typed, title)
				}
			}
		}
	}
	for _, command := range bot.Commands() {
		for _, typed := range c.Suggest(t.Context(), bot.Request{Command: command.Name}, 100) {
			switch title := c.types(t, command.Name+" "+typed); title {
			case "unclear", "which", "languages", "where", "help":
				t.Errorf("%s %s: %s", command.Name, typed, title)
			}
		}
	}
}

func TestLanguagesFollowWhatPeopleType(t *testing.T) {
	for typed, want := range map[string]string{
		"langue arabe": "ar", "langue العربية": "ar", "langue FRANÇAIS et anglais": "fr en", "langue francais, arabe": "fr ar",
		"langue English": "en", "langue en": "en", "langue anglais, Anglais": "en", "langues français arabe": "fr ar",
		"langue français simple": "fr-x-simple", "langue arabe et français facile": "ar fr-x-simple",
		"simple": "fr-x-simple", "simple oui": "fr-x-simple", "simple non": "fr", "facile": "fr-x-simple",
		"reglages langues français et arabe": "fr ar",
	} {
		c := newCounter(t)
		c.types(t, "abonner Lille")
		if title := c.types(t, typed); title != "changed" {
			t.Errorf("%s: %s", typed, title)
		}
		if got := strings.Join(c.holds(t).Languages, " "); got != want {
			t.Errorf("%s: got %q, want %q", typed, got, want)
		}
	}
	c := newCounter(t)
	c.types(t, "abonner Lille")
	for _, typed := range []string{"langue", "langue klingon", "langue français arabe anglais", "langue portugais"} { // not spoken here
		if title := c.types(t, typed); title != "languages" {
			t.Errorf("%s: %s", typed, title)
		}
	}
	for _, step := range [][2]string{{"langue arabe et français", "ar fr"}, {"simple", "ar fr-x-simple"}, {"simple non", "ar fr"}, {"langue arabe", "ar"}, {"simple non", "ar"}, {"simple", "fr-x-simple ar"}} {
		c.types(t, step[0])
		if got := strings.Join(c.holds(t).Languages, " "); got != step[1] {
			t.Errorf("%s: got %q, want %q", step[0], got, step[1])
		}
	}
}

func TestOnlyAdministratorsDecide(t *testing.T) {
	for _, command := range bot.Commands() {
		desk := newCounter(t)
		for name, c := range map[string]struct {
			request bot.Request
			err     error
			want    string // for a command of administrators
		}{
			"a member":                {bot.Request{Person: "parent"}, nil, "denied"},
			"a member, says the chat": {bot.Request{Person: "prof", Rights: bot.RightsNone}, nil, "denied"},
			"nobody":                  {bot.Request{}, nil, "denied"},
			"not known":               {bot.Request{Person: "prof"}, errors.New("no answer"), "unverified"},
		} {
			desk.chat.err = c.err
			c.request.From = group()
			switch title := desk.asks(t, c.request, command.Name+" lille"); {
			case command.For == bot.ForAdmins && title != c.want:
				t.Errorf("%s of %s: %s, want %s", command.Name, name, title, c.want)
			case command.For == bot.ForEveryone && (title == "denied" || title == "unverified"):
				t.Errorf("%s of %s: %s", command.Name, name, title)
			}
		}
	}
	for name, r := range map[string]bot.Request{
		"in private": {Private: true, Person: "parent"}, "says the chat": {Person: "parent", Rights: bot.RightsAdmin}, "administers": {Person: "prof"},
	} {
		desk := newCounter(t)
		r.From = group()
		if title := desk.asks(t, r, "abonner Lille"); title != "subscribed" {
			t.Errorf("%s: %s", name, title)
		}
	}
}

// TestTheConfigurationComesFirst lets nobody change what the operator decided.
func TestTheConfigurationComesFirst(t *testing.T) {
	c := newCounter(t)
	configured := bot.Destination{
		ID: "parents", Account: "tg", Address: group(), Audience: bot.Families, Languages: []string{"fr"},
		Place: bot.Place{Location: time.UTC, Name: "Paris"}, Follows: []bot.PlatformID{"pronote"},
	}
	c.put(t, configured)
	for _, typed := range []string{"abonner Lille", "desabonner", "stop", "langue arabe", "simple", "reglages public enseignants"} {
		if title := c.types(t, typed); title != "configured" {
			t.Errorf("%s: %s", typed, title)
		}
	}
	if title := c.types(t, "reglages"); title != "settings" || c.words.answer.Typed != "" {
		t.Errorf("got %s, and %q to change them", title, c.words.answer.Typed)
	}
	if got := c.holds(t); got.Wishes != nil || !slices.Equal(got.Follows, configured.Follows) {
		t.Errorf("got %+v", got)
	}
	closed := newCounter(t)
	closed.Open = false
	for _, typed := range []string{"abonner Lille", "reglages zone Lille", "langue arabe"} {
		if title := closed.types(t, typed); title != "closed" || closed.words.answer.Channel != "-1" {
			t.Errorf("%s: %s with %q", typed, title, closed.words.answer.Channel)
		}
	}
}

// TestStopForgetsAtOnce erases the chat and what is known of it, and lets it begin again.
func TestStopForgetsAtOnce(t *testing.T) {
	c := newCounter(t)
	c.types(t, "abonner Lille")
	c.types(t, "reglages vacances oui")
	if title := c.types(t, "mesdonnees"); title != "kept" || c.words.answer.Kept.Deeds != 2 || c.words.answer.Settings.Area != "Lille" {
		t.Errorf("got %s: %+v", title, c.words.answer)
	}
	if title := c.types(t, "stop"); title != "stopped" {
		t.Errorf("got %s", title)
	}
	if title := c.types(t, "mes données"); title != "nothing_kept" {
		t.Errorf("got %s", title)
	}
	if title := c.types(t, "stop"); title != "nothing_kept" {
		t.Errorf("got %s", title)
	}
	if title := c.types(t, "abonner Lille"); title != "subscribed" || len(c.holds(t).Follows) != 2 {
		t.Errorf("got %s", title)
	}
	if c.woken == 0 {
		t.Error("nobody is told what goes on")
	}
}

func TestATestIsPostedInTheChat(t *testing.T) {
	c := newCounter(t)
	c.types(t, "abonner Lille")
	if title := c.types(t, "test"); title != "" { // the example is the answer
		t.Errorf("got %s", title)
	}
	if diff := cmp.Diff([]string{"trial of Pronote (silent)"}, c.chat.lines("-1")); diff != "" {
		t.Error(diff)
	}
	c.Whispers = true
	if title := c.types(t, "essai"); title != "tested" {
		t.Errorf("got %s", title)
	}
	c.chat.failWith(func(bot.Op, bot.Posting) error { return &bot.DeliveryError{Kind: bot.KindRejected} })
	if title := c.types(t, "test"); title != "test_failed" {
		t.Errorf("got %s", title)
	}
}

func TestMistypedCommands(t *testing.T) {
	for typed, want := range map[string]string{
		"statu": "overview", "état": "overview", "que faire": "playbook", "quoi faire": "playbook", "plateforme": "platforms",
		"abbonner Lille": "help", "stpo": "help", "xyzzy": "help", "": "help", "🙂": "help", "\u202e": "help", "aide": "help",
	} {
		c := newCounter(t)
		if title := c.types(t, typed); title != want {
			t.Errorf("%q: %s, want %s", typed, title, want)
		}
	}
	c := newCounter(t)
	c.types(t, "abbonner Lille") // acts on something: is asked back
	if c.words.help.Meant != "/abonner" || c.words.help.Asked != "abbonner" {
		t.Errorf("got %+v", c.words.help)
	}
	c.asks(t, bot.Request{From: group(), Person: "parent"}, "abbonner Lille") // may not, and is not told of it
	if c.words.help.Meant != "" {
		t.Errorf("got %+v", c.words.help)
	}
}

// TestBusyIsSaidOnce answers the first question too many, and no other in the open.
func TestBusyIsSaidOnce(t *testing.T) {
	c := newCounter(t)
	titles := map[string]int{}
	for range 30 {
		m, err := c.Command(t.Context(), bot.Request{From: group(), Person: "parent", Command: "aide"})
		if err != nil {
			t.Fatal(err)
		}
		titles[m.Title]++
	}
	if titles["busy"] != 1 || titles["help"] < 10 || titles["help"] > 11 || titles[""] != 29-titles["help"] {
		t.Errorf("got %v", titles)
	}
}

func TestPlatformsAreListed(t *testing.T) {
	c := newCounter(t)
	for typed, want := range map[string]string{
		"plateformes": "Pronote, ENT Hauts-de-France, L’Éduc de Normandie, Pix", "plateformes Lille": "Pronote, ENT Hauts-de-France, Pix",
		"plateformes l'educ": "L’Éduc de Normandie", "liste normandie": "Pronote, L’Éduc de Normandie, Pix",
	} {
		if title := c.types(t, typed); title != "platforms" || strings.Join(names(c.words.answer.Platforms), ", ") != want {
			t.Errorf("%s: %s %q, want %q", typed, title, names(c.words.answer.Platforms), want)
		}
	}
	if title := c.types(t, "plateformes xyzzy"); title != "no_platforms" || c.words.answer.Word != "xyzzy" {
		t.Errorf("got %s %q", title, c.words.answer.Word)
	}
	for i := range 40 {
		c.Board.Platforms = append(c.Board.Platforms, bot.Platform{ID: bot.PlatformID(fmt.Sprint("p", i)), Name: fmt.Sprint("P", i)})
	}
	if c.types(t, "plateformes"); len(c.words.answer.Platforms) != 30 || c.words.answer.More != 14 {
		t.Errorf("got %d and %d more", len(c.words.answer.Platforms), c.words.answer.More)
	}
}

func names(list []bot.Platform) (names []string) {
	for _, p := range list {
		names = append(names, p.Name)
	}
	return names
}

// TestGreetings tells a chat that the bot joins how it subscribes itself, where it may.
func TestGreetings(t *testing.T) {
	c := newCounter(t)
	joined := bot.Presence{At: group(), Kind: bot.Joined}
	greet := func(subscribe string, follows int) {
		t.Helper()
		if _, err := c.Presence(t.Context(), joined); err != nil {
			t.Fatal(err)
		}
		if c.words.welcome.Subscribe != subscribe || len(c.words.welcome.Follows) != follows {
			t.Errorf("got %+v, want %q and %d", c.words.welcome, subscribe, follows)
		}
	}
	greet("/abonner", 0)
	c.types(t, "abonner Lille")
	greet("", 2)
	c.types(t, "stop")
	c.Open = false
	greet("", 0)
}

// TestLongListsCostLittle reads a list no farther than it is understood: somebody may type one ten times at once.
func TestLongListsCostLittle(t *testing.T) {
	c := counterOn(&oneChat{})
	for i := range 100 {
		id := fmt.Sprint("ent-de-la-region-", i)
		c.Board.Platforms = append(c.Board.Platforms, bot.Platform{ID: bot.PlatformID(id), Name: "L’ENT " + id, Aliases: []string{"mon bureau", id}})
	}
	for _, typed := range []string{"ab ", "ab, ", "pronote, ", "pronote ab, ", "é;"} {
		once := testing.AllocsPerRun(1, func() { c.types(t, "abonner "+typed) })
		if long := testing.AllocsPerRun(1, func() { c.types(t, "abonner "+strings.Repeat(typed, 200)) }); long > 10*once { // it was one for each word of the list
			t.Errorf("%q: %.0f allocations for 200 of them, %.0f for one", typed, long, once)
		}
	}
}
