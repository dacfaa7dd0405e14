package bot

import (
	"context"
	"crypto/subtle"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// sheet is how a command is filled in.
type sheet struct {
	action  Action
	command string
	fields  func(d *Desk, chat Destination) []Field
	// words are what the command is given, from what was filled in.
	words func(filled map[string][]string) string
	// wrong lists what of it is not understood.
	wrong func(d *Desk, a asking, filled map[string][]string) map[string]Answer
	// typed is how the same is typed.
	typed func(d *Desk, a asking) Answer
}

// sheets is the table of all forms.
func sheets() []sheet {
	return []sheet{
		{
			action: ActionSettings, command: "reglages", fields: (*Desk).settingFields, words: settingWords,
			wrong: (*Desk).settingsWrong, typed: (*Desk).settingsTyped,
		},
		{
			action: ActionSubscribe, command: "abonner", fields: (*Desk).interestFields, words: interestWords,
			wrong: (*Desk).interestsWrong, typed: (*Desk).subscribeTyped,
		},
	}
}

func sheetOf(action Action) (sheet, bool) {
	i := slices.IndexFunc(sheets(), func(s sheet) bool { return s.action == action })
	if i < 0 {
		return sheet{}, false
	}
	return sheets()[i], true
}

// form hands out a form to who may give its command, with how that is typed for where no form can be shown.
func (d *Desk) form(ctx context.Context, a asking, s sheet) (Reply, error) {
	command, _ := find(s.command)
	why := d.refuse(ctx, a, command.For)
	if why == "" {
		why = d.barred(a)
	}
	if why != "" {
		m, err := d.refusal(a, why)
		return Reply{Message: m}, err
	}
	m, err := d.say(a, s.typed(d, a))
	if err != nil {
		return Reply{}, err
	}
	form, err := d.Renderer.Form(d.tongue(a), Form{Action: s.action, Fields: s.fields(d, a.chat)})
	if err != nil || !d.Seal.loaded() {
		return Reply{Message: m}, err
	}
	form.Data = d.Seal.writeForm(d.Account, s.action, a.From)
	return Reply{Message: m, Form: &form}, nil
}

// Submit implements [Submitter]. It gives the form's command as if it had been typed: whether the person may is looked at
// now.
func (d *Desk) Submit(ctx context.Context, s Submission) (Reply, error) {
	chat, known, err := d.chatAt(ctx, s.From)
	if err != nil {
		return Reply{}, err
	}
	a := s.asking(chat, known)
	action, ours := d.Seal.readForm(d.Account, s.Data, s.From)
	sheet, found := sheetOf(action)
	if !ours || !found {
		return d.reply(a, Answer{Kind: AnswerExpired})
	}
	if pass, _ := d.Turnstile.Pass(d.Account, s.From.Channel, s.Person, time.Now()); !pass { // what was filled in stays
		return d.misread(a, map[string]Answer{sheet.fields(d, chat)[0].Name: {Kind: AnswerBusy}})
	}
	if wrong := sheet.wrong(d, a, s.Filled); len(wrong) > 0 {
		return d.misread(a, wrong)
	}
	command, _ := find(sheet.command)
	a.Request.Command, a.Args = command.Name, clip(sheet.words(s.Filled))
	m, err := d.give(ctx, a, command)
	return Reply{Message: m}, err
}

// misread says what was not understood, beside each field and in one answer.
func (d *Desk) misread(a asking, wrong map[string]Answer) (Reply, error) {
	reply := Reply{Wrong: make(map[string]string)}
	for name, answer := range wrong {
		m, err := d.say(a, answer)
		if err != nil {
			return Reply{}, err
		}
		reply.Wrong[name], reply.Message = m.Summary, m
	}
	return reply, nil
}

// offer is the button that leads to a form; none where there are no forms.
func (d *Desk) offer(a asking, action Action) ([]Button, error) {
	if !d.Forms {
		return nil, nil
	}
	return d.Seal.buttons(d.Renderer, d.tongue(a), d.Account, 0, action)
}

// offered is an answer with the button that leads to a form.
func (d *Desk) offered(a asking, answer Answer, action Action) (Message, error) {
	m, err := d.say(a, answer)
	if err != nil {
		return Message{}, err
	}
	m.Buttons, err = d.offer(a, action)
	return m, err
}

// writeForm makes the data of a form: it is good for one chat.
func (s *Seal) writeForm(account AccountID, action Action, at Address) string {
	return string(action) + "-" + s.mark(account, formSubject(action, at))
}

// readForm is the action that leads to a form. It reports false for data that is not ours, or of another chat's.
func (s *Seal) readForm(account AccountID, data string, at Address) (Action, bool) {
	action, mark, found := strings.Cut(data, "-")
	if !s.loaded() || !found {
		return "", false
	}
	good := s.mark(account, formSubject(Action(action), at))
	return Action(action), subtle.ConstantTimeCompare([]byte(mark), []byte(good)) == 1
}

func formSubject(action Action, at Address) string {
	return strings.Join([]string{"form", string(action), at.Channel, at.Thread}, "\x00")
}

// settingFields are the settings of a chat as a form shows them: not the topic, which is where the command is typed, and
// those only that mean something already.
func (d *Desk) settingFields(chat Destination) []Field {
	var list []Field
	for _, s := range allSettings() {
		if s.field == nil || s.placed && (!chat.made() || chat.Wishes.Zone == "") {
			continue
		}
		field := s.field(d, chat)
		field.Name, field.Needed = s.example.Setting, true
		list = append(list, field)
	}
	return list
}

// settingWords are the changes of a form as they are typed.
func settingWords(filled map[string][]string) string {
	var words []string
	for _, s := range allSettings() {
		if value, changed := filled[s.example.Setting]; changed {
			words = append(words, s.example.Word+" "+strings.Join(value, ", "))
		}
	}
	return strings.Join(words, "; ")
}

func (d *Desk) settingsWrong(a asking, filled map[string][]string) map[string]Answer {
	wrong := make(map[string]Answer)
	chat := d.draft(a)
	for _, s := range allSettings() {
		value, changed := filled[s.example.Setting]
		if typed := strings.Join(value, ", "); changed && !s.set(d, a, &chat, clip(typed)) {
			wrong[s.example.Setting] = Answer{Kind: AnswerUnclear, Word: clip(typed), Typed: d.typed("reglages")}
		}
	}
	return wrong
}

func (d *Desk) settingsTyped(a asking) Answer {
	return Answer{Kind: AnswerSettings, Settings: d.settingsOf(d.draft(a)), Typed: d.typed("reglages")}
}

// mostChosen is how many platforms can be chosen in a form: their identifiers fit in what is looked at of a command.
const mostChosen = 5

// interestFields are the académie and the platforms; without those, all that concern the readers.
func (d *Desk) interestFields(chat Destination) []Field {
	zone := d.zoneField(chat)
	zone.Name, zone.Needed = "zone", true
	platforms := Field{Name: "plateformes", Most: mostChosen}
	for _, p := range d.Board.Platforms {
		platforms.Choices = append(platforms.Choices, Choice{Value: choiceWord(p), Label: p.Name})
	}
	return []Field{zone, platforms}
}

// choiceWord is a platform in a list of those: its name may hold a comma, its identifier be that of an académie.
func choiceWord(p Platform) string {
	if zoneWord(string(p.ID)) != "" {
		return p.Name
	}
	return string(p.ID)
}

// interestWords are a subscription as it is typed. An académie that stays as it is does no harm when it is said again.
func interestWords(filled map[string][]string) string {
	return strings.Join(slices.Concat(filled["zone"], filled["plateformes"]), ", ")
}

func (d *Desk) interestsWrong(_ asking, filled map[string][]string) map[string]Answer {
	wrong := make(map[string]Answer)
	for _, name := range []string{"zone", "plateformes"} {
		in := d.interestsIn(clip(strings.Join(filled[name], ", ")))
		if in.unclear != "" {
			wrong[name] = Answer{Kind: AnswerWhich, Word: in.unclear, Platforms: in.nearest}
		}
	}
	return wrong
}

func (d *Desk) subscribeTyped(asking) Answer {
	return Answer{Kind: AnswerWhere, Typed: d.typed("abonner")}
}

// zoneField offers the académies, the zones of several, and what the chat has.
func (d *Desk) zoneField(chat Destination) Field {
	f := Field{Most: 1}
	for _, name := range areas() {
		f.Choices = append(f.Choices, Choice{Value: name, Label: name})
	}
	for _, zone := range calendar.Zones() {
		if len(zone.Académies) > 1 {
			f.Choices = append(f.Choices, Choice{Value: zone.Title, Label: zone.Title})
		}
	}
	if !chat.made() || chat.Wishes.Zone == "" {
		return f
	}
	here := Choice{Value: chat.Wishes.Zone, Label: area(chat.Wishes.Zone)}
	if i := slices.IndexFunc(f.Choices, func(c Choice) bool { return c.Label == here.Label }); i >= 0 {
		here = f.Choices[i]
	} else {
		f.Choices = append(f.Choices, here)
	}
	f.Value = []string{here.Value}
	return f
}

// audienceField offers the readers.
func (d *Desk) audienceField(chat Destination) Field {
	f := Field{Most: 1}
	for _, r := range readers() {
		f.Choices = append(f.Choices, Choice{Value: r.word})
		if r.audience == chat.Audience {
			f.Value = []string{r.word}
		}
	}
	return f
}

// languageField offers the languages, at most two.
func (d *Desk) languageField(chat Destination) Field {
	f := Field{Most: 2, Value: tongueNames(chat.languages())}
	for _, t := range spoken(d.Renderer.Languages()) {
		f.Choices = append(f.Choices, Choice{Value: t.Own, Label: t.Own})
	}
	return f
}

// silenceField takes two times of day.
func (d *Desk) silenceField(chat Destination) Field {
	return Field{Value: []string{silenceWord(chat.Silence)}, Longest: 40}
}

// silenceWord is when a chat is not rung, as it is typed.
func silenceWord(s Silence) string {
	if s.Zone == "" || s.Hours.From == s.Hours.To {
		return "jamais"
	}
	return clockWord(s.Hours.From) + " - " + clockWord(s.Hours.To)
}

func clockWord(c calendar.Clock) string {
	if c%60 == 0 {
		return fmt.Sprintf("%d h", c/60)
	}
	return fmt.Sprintf("%d h %02d", c/60, c%60)
}

func (d *Desk) weekendField(chat Destination) Field {
	return yesNoField(chat.Silence.Zone == "" || !chat.Silence.Hours.Weekends)
}

func (d *Desk) holidayField(chat Destination) Field {
	return yesNoField(chat.Silence.Zone == "" || !chat.Silence.Hours.Holidays)
}

// yesNoField asks whether notices ring.
func yesNoField(rings bool) Field {
	value := "non"
	if rings {
		value = "oui"
	}
	return Field{Most: 1, Value: []string{value}, Choices: []Choice{{Value: "oui"}, {Value: "non"}}}
}
