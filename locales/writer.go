package locales

import (
	"fmt"
	"strconv"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// writer writes one message. It keeps the first error, so that a message is written as one piece and checked once.
type writer struct {
	*catalogue
	audience bot.Audience
	place    bot.Place
	now      time.Time
	glossed  bool // whether « ENT » was explained in this message
	err      error
}

// values are put into the placeholders of a text: a phrase as it is, a digits without protection, a string (or anything
// else) as data that typography must not touch.
type values map[string]any

// digits is a number that the surrounding text treats as its own.
type digits string

// newWriter returns a writer for a message. It fails for a language that there is not and for a place without a clock.
func (r *Renderer) newWriter(lang string, a bot.Audience, p bot.Place, now time.Time) (*writer, error) {
	c, err := find(r.texts, lang)
	if err != nil {
		return nil, err
	}
	if p.Location == nil {
		return nil, fmt.Errorf("place %q has no clock", p.Name)
	}
	if a == "" {
		a = bot.Families
	}
	return &writer{catalogue: c, audience: a, place: p, now: now}, nil
}

// say returns a finished text.
func (w *writer) say(key string, v values) string { return w.seal(w.part(key, v)) }

// part returns a text that can be put into another one.
func (w *writer) part(key string, v values) phrase {
	filled := make(map[string]string, len(v))
	for name, value := range v {
		filled[name] = w.insert(value)
	}
	count, counted := v["Count"].(int)
	if counted {
		filled["Count"] = strconv.Itoa(count)
	}
	text, err := w.fill(key, filled, count, counted)
	if err != nil {
		w.fail(key, err)
	}
	return w.typeset(text)
}

// fail keeps the first error.
func (w *writer) fail(key string, err error) {
	if w.err == nil {
		w.err = fmt.Errorf("write %q in %s: %w", key, w.tag, err)
	}
}

// choose returns the first key that the catalogue has, or the last one.
func (w *writer) choose(keys ...string) string {
	for _, key := range keys {
		if w.has(key) {
			return key
		}
	}
	return keys[len(keys)-1]
}

// finish returns the message, or the first error that writing it met.
func (w *writer) finish(m bot.Message) (bot.Message, error) {
	if w.err != nil {
		return bot.Message{}, w.err
	}
	m.Lang = w.tag.String()
	return m, nil
}
