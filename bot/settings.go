package bot

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// setting is one thing that a chat can decide about itself.
type setting struct {
	words   []string // what people call it, folded
	example Example
	placed  bool // means nothing before the académie is known
	set     func(d *Desk, a asking, chat *Destination, value string) (ok bool)
	field   func(d *Desk, chat Destination) Field // as a form shows it; nil for what none does
}

// Example is a change of a setting as it can be typed.
type Example struct {
	Setting string   // the name of its text: "zone", "week_ends"
	Word    string   // what the setting is called: "week-ends"
	Value   string   // "oui"
	Choices []string // the words that can stand in the place of the value, where there are few
}

// Typed is the example as it follows the command.
func (e Example) Typed() string { return e.Word + " " + e.Value }

// allSettings is the table of what « reglages » changes.
func allSettings() []setting {
	return []setting{
		{
			words:   []string{"zone", "academie", "area"},
			example: Example{Setting: "zone", Word: "zone", Value: ExampleArea}, set: (*Desk).setZone,
			field: (*Desk).zoneField,
		},
		{
			words:   []string{"public", "audience", "lecteurs", "readers"},
			example: Example{"public", "public", "enseignants", []string{"familles", "enseignants", "équipe"}},
			set:     (*Desk).setAudience, field: (*Desk).audienceField,
		},
		{
			words:   []string{"langues", "langue", "languages", "language"},
			example: Example{Setting: "langues", Word: "langues", Value: "français"}, set: (*Desk).setLanguages,
			field: (*Desk).languageField,
		},
		{
			words:   []string{"silence", "calme", "heures calmes", "quiet"},
			example: Example{"silence", "silence", "20 h - 7 h", []string{"jamais"}},
			placed:  true, set: (*Desk).setSilence, field: (*Desk).silenceField,
		},
		{
			words:   []string{"week ends", "week end", "weekends", "weekend"},
			example: Example{"week_ends", "week-ends", "oui", []string{"oui", "non"}},
			placed:  true, set: (*Desk).setWeekends, field: (*Desk).weekendField,
		},
		{
			words:   []string{"vacances", "holidays"},
			example: Example{"vacances", "vacances", "oui", []string{"oui", "non"}},
			placed:  true, set: (*Desk).setHolidays, field: (*Desk).holidayField,
		},
		{
			words:   []string{"sujet", "topic", "fil", "thread"},
			example: Example{"sujet", "sujet", "ici", []string{"général"}}, set: (*Desk).setThread,
		},
	}
}

// Examples lists a change of each setting.
func Examples() []Example {
	var list []Example
	for _, s := range allSettings() {
		list = append(list, s.example)
	}
	return list
}

// settingExamples lists what can be typed after « reglages ».
func settingExamples() []string {
	var list, more []string
	for _, e := range Examples() {
		list = append(list, e.Typed())
		for _, choice := range e.Choices {
			if choice != e.Value {
				more = append(more, e.Word+" "+choice)
			}
		}
	}
	return append(list, more...)
}

// settingIn finds the setting that a text begins with, and what follows.
func settingIn(typed string) (found setting, word, value string) {
	folded := Fold(typed)
	for _, s := range allSettings() {
		for _, w := range s.words {
			if rest, ok := strings.CutPrefix(folded+" ", w+" "); ok && len(w) > len(word) {
				found, word, value = s, w, strings.TrimSpace(rest)
			}
		}
	}
	return found, word, value
}

func (d *Desk) settings(ctx context.Context, a asking) (Message, error) {
	typed := strings.TrimSpace(a.Args)
	why := d.barred(a)
	switch {
	case why != "" && typed == "" && a.known:
		return d.say(a, Answer{Kind: AnswerSettings, Settings: d.settingsOf(a.chat)})
	case why != "":
		return d.refusal(a, why)
	}
	chat := d.draft(a)
	if typed == "" {
		return d.offered(a, d.settingsTyped(a), ActionSettings)
	}
	var deeds []string
	for _, part := range changesIn(typed) {
		s, word, _ := settingIn(part)
		value := afterWords(part, len(strings.Fields(word)))
		switch understood := s.set != nil && value != "" && s.set(d, a, &chat, value); {
		case !understood && s.placed && chat.Wishes.Zone == "":
			return d.say(a, Answer{Kind: AnswerWhere, Typed: d.typed("reglages") + " zone"})
		case !understood:
			return d.say(a, Answer{Kind: AnswerUnclear, Word: part, Typed: d.typed("reglages")})
		}
		deeds = append(deeds, s.words[0]+" "+d.shown(s, chat))
	}
	if taken, err := d.taken(ctx, chat); err != nil || taken {
		return d.refusalOr(a, AnswerConfigured, err)
	}
	return d.keep(ctx, a, chat, "reglages "+strings.Join(deeds, "; "), AnswerChanged)
}

// changesIn are the settings that a person changes at once: « public enseignants; week-ends oui ».
func changesIn(typed string) []string {
	var list []string
	for _, part := range strings.FieldsFunc(typed, func(r rune) bool { return r == ';' || r == '\n' }) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	if len(list) == 0 {
		return []string{typed}
	}
	return list
}

// afterWords is a text without its first n words, a word being what Fold takes for one.
func afterWords(typed string, n int) string {
	for i, r := range typed {
		if folded := strings.Fields(Fold(typed[:i])); len(folded) == n && !isWord(r) {
			return strings.TrimSpace(typed[i:])
		}
	}
	return ""
}

func isWord(r rune) bool { return Fold(string(r)) != "" || unicode.Is(unicode.Mn, r) }

// taken reports whether the address of a chat's destination is one of the configuration.
func (d *Desk) taken(ctx context.Context, chat Destination) (taken bool, err error) {
	there, known, err := d.chatAt(ctx, chat.Address)
	return known && !there.idle(), err
}

func (d *Desk) refusalOr(a asking, why AnswerKind, err error) (Message, error) {
	if err != nil {
		return Message{}, err
	}
	return d.refusal(a, why)
}

// shown is a setting's value for the record of deeds, as it was understood.
func (d *Desk) shown(s setting, chat Destination) string {
	switch s.words[0] {
	case "zone":
		return chat.Wishes.Zone
	case "public":
		return string(chat.Audience)
	case "langues":
		return strings.Join(chat.Languages, ",")
	case "sujet":
		return chat.Address.Thread
	default:
		h := chat.Silence.Hours
		return strings.Join([]string{
			chat.Silence.Zone, strconv.Itoa(int(h.From)), strconv.Itoa(int(h.To)),
			strconv.FormatBool(h.Weekends), strconv.FormatBool(h.Holidays),
		}, " ")
	}
}

func (d *Desk) setZone(_ asking, chat *Destination, value string) bool {
	zone := zoneWord(value)
	return zone != "" && move(chat, zone) == nil
}

// reader is an audience as people call it.
type reader struct {
	audience Audience
	word     string   // what it is called in examples and forms
	words    []string // what else, folded
}

func readers() []reader {
	return []reader{
		{Families, "familles", []string{"familles", "famille", "families", "parents", "parent", "eleves"}},
		{Teachers, "enseignants", []string{"enseignants", "enseignant", "professeurs", "profs", "teachers"}},
		{Staff, "équipe", []string{"equipe", "direction", "personnel", "personnels", "staff"}},
	}
}

func (d *Desk) setAudience(_ asking, chat *Destination, value string) bool {
	for _, r := range readers() {
		if slices.Contains(r.words, Fold(value)) {
			chat.Audience = r.audience
			return true
		}
	}
	return false
}

func (d *Desk) setLanguages(_ asking, chat *Destination, value string) bool {
	tags := languagesIn(value, d.Renderer.Languages())
	if len(tags) == 0 {
		return false
	}
	chat.Languages = tags
	return true
}

// setSilence reads « 20 h - 7 h », « 20:30 7:00 », « jamais » or « oui ».
func (d *Desk) setSilence(_ asking, chat *Destination, value string) bool {
	switch yes, understood := yesOrNo(value); {
	case understood && !yes:
		chat.Silence = Silence{}
		return true
	case chat.Wishes.Zone == "": // no clock to be silent by
		return false
	case understood:
		chat.Silence = Silence{Zone: chat.Wishes.Zone, Hours: calendar.DefaultQuietHours()}
		return true
	}
	from, to, ok := hours(value)
	if !ok {
		return false
	}
	if chat.Silence.Zone == "" {
		chat.Silence = Silence{Zone: chat.Wishes.Zone}
	}
	chat.Silence.Hours.From, chat.Silence.Hours.To = from, to
	return true
}

// hours reads two times of day, as people type them.
func hours(typed string) (from, to calendar.Clock, ok bool) {
	typed = regexp.MustCompile(`([hH])\s+(\d{1,2}\s*[hH])`).ReplaceAllString(spaced(typed), "$1 - $2") // « 20h 07h »
	found := regexp.MustCompile(`(\d{1,2})\s*(?:[hH:]\s*(\d{2})?)?`).FindAllStringSubmatch(typed, -1)
	if len(found) != 2 {
		return 0, 0, false
	}
	var clocks [2]calendar.Clock
	for i, f := range found {
		hour, _ := strconv.Atoi(f[1])   // one or two digits
		minute, _ := strconv.Atoi(f[2]) // two digits, or none
		if hour > 23 || minute > 59 {
			return 0, 0, false
		}
		clocks[i] = calendar.Hour(hour, minute)
	}
	return clocks[0], clocks[1], clocks[0] != clocks[1]
}

// spaced is a text with plain spaces.
func spaced(text string) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(text)
}

func (d *Desk) setWeekends(_ asking, chat *Destination, value string) bool {
	return switchSilence(chat, value, &chat.Silence.Hours.Weekends)
}

func (d *Desk) setHolidays(_ asking, chat *Destination, value string) bool {
	return switchSilence(chat, value, &chat.Silence.Hours.Holidays)
}

// switchSilence reads whether notices ring on some days: « oui » for ringing, as « vacances oui » says.
func switchSilence(chat *Destination, value string, quiet *bool) bool {
	rings, understood := yesOrNo(value)
	if !understood || chat.Wishes.Zone == "" {
		return false
	}
	if chat.Silence.Zone == "" {
		chat.Silence = Silence{Zone: chat.Wishes.Zone}
	}
	*quiet = !rings
	return true
}

func yesOrNo(typed string) (yes, understood bool) {
	switch Fold(typed) {
	case "oui", "yes", "on", "normal", "vrai":
		return true, true
	case "non", "no", "off", "jamais", "never", "aucun", "aucune", "none":
		return false, true
	default:
		return false, false
	}
}

// setThread posts in the topic that the command is given in, or in the general one.
func (d *Desk) setThread(a asking, chat *Destination, value string) bool {
	switch Fold(value) {
	case "ici", "here":
		chat.Address.Thread = a.From.Thread
	case "general", "principal", "aucun", "none":
		chat.Address.Thread = ""
	default:
		return false
	}
	return true
}

// language sets the languages of the chat, or lists them.
func (d *Desk) language(ctx context.Context, a asking) (Message, error) {
	if strings.TrimSpace(a.Args) == "" {
		return d.say(a, d.tongues(""))
	}
	return d.change(ctx, a, func(chat *Destination) bool { return d.setLanguages(a, chat, a.Args) })
}

func (d *Desk) tongues(word string) Answer {
	var tags []string
	for _, t := range spoken(d.Renderer.Languages()) {
		tags = append(tags, t.Tag)
	}
	return Answer{Kind: AnswerLanguages, Names: tongueNames(tags), Word: word, Typed: d.typed("langue")}
}

// simple puts French in short sentences in the place of French, or back.
func (d *Desk) simple(ctx context.Context, a asking) (Message, error) {
	yes, understood := yesOrNo(a.Args)
	if strings.TrimSpace(a.Args) == "" {
		yes, understood = true, true
	}
	return d.change(ctx, a, func(chat *Destination) bool {
		if understood {
			chat.Languages = simpler(chat.languages(), yes)
		}
		return understood
	})
}

// simpler is a list of languages with one kind of French in the place of the other.
func simpler(languages []string, simple bool) []string {
	old, now := "fr", simpleFrench
	if !simple {
		old, now = now, old
	}
	list := slices.DeleteFunc(slices.Clone(languages), func(tag string) bool { return tag == now })
	if i := slices.Index(list, old); i >= 0 {
		list[i] = now
		return list
	}
	if !simple && !slices.Contains(languages, now) {
		return languages
	}
	return append([]string{now}, list...)[:min(2, len(list)+1)]
}

// change changes the languages of the chat.
func (d *Desk) change(ctx context.Context, a asking, set func(*Destination) bool) (Message, error) {
	if why := d.barred(a); why != "" {
		return d.refusal(a, why)
	}
	chat := d.draft(a)
	if !set(&chat) {
		return d.say(a, d.tongues(a.Args))
	}
	return d.keep(ctx, a, chat, "langue "+strings.Join(chat.Languages, ","), AnswerChanged)
}

// settingsOf shows the settings of a chat.
func (d *Desk) settingsOf(chat Destination) Settings {
	s := Settings{
		Audience: chat.Audience, Languages: tongueNames(chat.languages()), Silence: chat.Silence,
		Follows: d.platforms(chat.Follows),
	}
	if chat.made() {
		s.Area, s.All = area(chat.Wishes.Zone), chat.Wishes.All
	}
	return s
}
