package locales

import (
	"fmt"
	"slices"

	"github.com/panneau-ecole/panneau/bot"
)

// Button is the label of a button; what is for operators has a French one. The error wraps [ErrLanguage] for a language that Panneau does not have; an action
// without a label is an error too.
func (r *Renderer) Button(lang string, a bot.Action) (string, error) {
	key := "button." + labelOf(a)
	if slices.Contains(bot.OperatorActions(), a) {
		lang, key = "fr", "operator."+key
	}
	c, err := find(r.texts, lang)
	if err != nil {
		return "", fmt.Errorf("label a button: %w", err)
	}
	w := &writer{catalogue: c}
	label := w.say(key, nil)
	return label, w.err
}

// labelOf is what the label of an action is called: whatever is shared, the button says the same.
func labelOf(a bot.Action) string {
	if slices.Contains([]bot.Action{bot.ActionShareDetails, bot.ActionShareTodo, bot.ActionShareStatus}, a) {
		return "share"
	}
	return string(a)
}

// pressed reports whether a kind of answer is one to a press: short enough to be shown in a small window, without small
// print.
func pressed(k bot.AnswerKind) bool {
	return slices.Contains([]bot.AnswerKind{
		bot.AnswerExpired, bot.AnswerOver, bot.AnswerCounted, bot.AnswerCountedBefore, bot.AnswerNoted, bot.AnswerNotedBefore,
		bot.AnswerNotedMost, bot.AnswerShut, bot.AnswerShared, bot.AnswerReturned,
	}, k)
}

// Details renders what is known of one incident: what is seen, since when, from where, and how it came about. The error
// wraps [ErrLanguage] for a language that Panneau does not have; a place without a clock is an error too.
func (r *Renderer) Details(lang string, d bot.Details) (bot.Message, error) {
	w, err := r.newWriter(lang, d.Audience, d.Place, d.Now)
	if err != nil {
		return bot.Message{}, fmt.Errorf("render details: %w", err)
	}
	n := bot.Notice{
		Incident: d.Incident, Platform: d.Platform, CheckedAt: d.CheckedAt, Every: d.Every, Vantages: d.Vantages, Now: d.Now,
	}
	i := d.Incident
	title, say := w.stateTitle(i.Condition, d.Platform), w.state
	if back(i) {
		title = w.title(w.backKey(i.Worst, i), d.Platform)
		say = func(n bot.Notice) phrase { return w.returned(n, i.Worst) }
	}
	return w.finish(bot.Message{
		Tone:     tone(i.Condition),
		Title:    symbol(i.Condition) + w.seal(title),
		Summary:  w.seal(say(n)),
		Facts:    w.bulletinFacts(n),
		Sections: w.timeline(d),
		Links:    w.links(d.Platform, d.PageURL, "link.incident"),
		Footer:   w.say("footer.about", nil),
	})
}

// timeline lists what was told of an incident, oldest first.
func (w *writer) timeline(d bot.Details) []bot.Section {
	section := bot.Section{Heading: w.say("heading.timeline", nil)}
	for _, r := range d.Revisions {
		state := w.stateTitle(r.Condition, d.Platform)
		if r.Condition == bot.Normal {
			state = w.title("back", d.Platform)
		}
		section.Items = append(section.Items, w.say("timeline.item", values{"Moment": w.at(r.At), "State": state}))
	}
	if len(section.Items) == 0 {
		return nil
	}
	return []bot.Section{section}
}
