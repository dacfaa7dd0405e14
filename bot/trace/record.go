package trace

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// saw reads « ent/accueil down refused took 80ms status 503 at 203.0.113.7:443 retry 2m ».
func (t *Trace) saw(at time.Time, words []string) *LineError {
	if len(words) < 3 {
		return wrong("Écrivez par exemple : 08:00:03 saw ent/accueil down refused took 80ms", "il manque ce qu’un contrôle a vu")
	}
	platform, _, found := strings.Cut(words[0], "/")
	if !found {
		return wrong("Écrivez la plateforme, « / » et le contrôle : ent/accueil", "%q n’est pas le nom d’un contrôle", words[0])
	}
	v := bot.Verdict{Check: bot.CheckID(words[0]), Platform: bot.PlatformID(platform), Vantage: Here, At: at}
	if v.Outcome.UnmarshalText([]byte(words[1])) != nil {
		return wrong("Écrivez up, slow, down ou unknown.", "le résultat %q est inconnu", words[1])
	}
	if words[2] != none {
		v.Reason = bot.Reason(words[2])
	}
	for words = words[3:]; len(words) > 0; words = words[2:] {
		if len(words) < 2 {
			return wrong("Complétez la ligne.", "il manque quelque chose après %q", words[0])
		}
		if err := detail(&v.Evidence, words[0], words[1]); err != nil {
			return err
		}
	}
	t.Seen = append(t.Seen, v)
	return nil
}

// none stands for no reason.
const none = "-"

func detail(e *bot.Evidence, key, word string) *LineError {
	switch key {
	case "took":
		return duration(word, &e.Latency)
	case "status":
		return number(word, &e.Status)
	case "retry":
		return duration(word, &e.RetryIn)
	case "at":
		e.Address = word
		return nil
	}
	return wrong("Les mots permis : took, status, at, retry.", "le mot %q est inconnu ici", key)
}

// told reads « ent down refused ».
func (t *Trace) told(at time.Time, words []string) *LineError {
	if len(words) < 3 {
		return wrong("Écrivez par exemple : 08:00:05 told ent down refused", "il manque ce qui a été décidé")
	}
	d := Decision{At: at, Platform: bot.PlatformID(words[0]), Condition: bot.Condition(words[1])}
	if words[2] != none {
		d.Reason = bot.Reason(words[2])
	}
	t.Told = append(t.Told, d)
	return condition(words[1])
}

// known is when what a check said was known.
func known(v bot.Verdict) time.Time { return v.At.Add(v.Evidence.Latency) }

// Write writes a trace with what was seen and decided, in a form that Read understands. Scenes and what they are held
// against are not written.
func (t *Trace) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "# %s\nstart %s %s\n", t.Title, t.Start.Format("2006-01-02 15:04"), t.Start.Location())
	for _, p := range t.Platforms {
		fmt.Fprintln(b, t.describe(p))
	}
	for _, c := range t.Chats {
		fmt.Fprintln(b, "chat", c.Address.Channel, c.Audience, strings.Join(texts(c.Follows), " "))
	}
	told := t.Told
	for _, v := range t.Seen {
		for ; len(told) > 0 && told[0].At.Before(known(v)); told = told[1:] {
			fmt.Fprintln(b, t.stamp(told[0].At), told[0])
		}
		fmt.Fprintln(b, t.stamp(v.At), "saw", spoken(v))
	}
	for _, d := range told {
		fmt.Fprintln(b, t.stamp(d.At), d)
	}
	fmt.Fprintln(b, t.stamp(t.End), "end")
	return b.Flush()
}

// String is the decision as a trace has it.
func (d Decision) String() string {
	return fmt.Sprintf("told %s %s %s", d.Platform, d.Condition, orNone(d.Reason))
}

func orNone(r bot.Reason) string {
	if r == bot.ReasonNone {
		return none
	}
	return string(r)
}

// spoken is a verdict as a trace has it.
func spoken(v bot.Verdict) string {
	words := []string{string(v.Check), v.Outcome.String(), orNone(v.Reason)}
	if e := v.Evidence; e.Latency > 0 {
		words = append(words, "took", e.Latency.String())
	}
	if v.Evidence.Status > 0 {
		words = append(words, "status", strconv.Itoa(v.Evidence.Status))
	}
	if v.Evidence.Address != "" {
		words = append(words, "at", v.Evidence.Address)
	}
	if v.Evidence.RetryIn > 0 {
		words = append(words, "retry", v.Evidence.RetryIn.String())
	}
	return strings.Join(words, " ")
}

// stamp is a time as the trace has it: of its first day, or of a later one.
func (t *Trace) stamp(at time.Time) string {
	at = at.In(t.Start.Location())
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	text := at.Format("15:04:05.999")
	if days := int(day(at).Sub(day(t.Start)) / (24 * time.Hour)); days > 0 {
		return fmt.Sprintf("%dd%s", days, text)
	}
	return text
}

// describe is the line of a platform.
func (t *Trace) describe(p bot.Platform) string {
	words := []string{"platform", string(p.ID)}
	add := func(more ...string) { words = append(words, more...) }
	if p.Name != "" && p.Name != string(p.ID) {
		add("named", strings.ReplaceAll(strings.ReplaceAll(p.Name, " ", "_"), "#", "_"))
	}
	if list := t.Checks[p.ID]; len(list) > 0 {
		add("checks", strings.Join(list, ","))
	}
	for _, d := range p.DependsOn {
		add("needs", string(d.On))
		for _, r := range d.Readers {
			add("for", string(r))
		}
	}
	for _, s := range p.Shares {
		add("shares", s)
	}
	if p.Ahead > 0 && len(p.Maintenances) > 0 {
		add("ahead", p.Ahead.String())
	}
	if p.OnDemand {
		add("on-demand")
	}
	for word, list := range map[string][]bot.Period{"open": p.Openings, "maintenance": p.Maintenances, "suspended": p.Suspensions} {
		for _, period := range list {
			for _, one := range t.occurrences(period) {
				add(word, t.stamp(one.From), t.stamp(one.To))
			}
		}
	}
	return strings.Join(words, " ")
}

// occurrences are the times of a period that touch the trace.
func (t *Trace) occurrences(p bot.Period) []bot.Period {
	if p.Start == nil {
		if !p.From.Before(t.End) || !p.To.After(t.Start) {
			return nil
		}
		from := p.From
		if from.Before(t.Start) {
			from = t.Start
		}
		return []bot.Period{{From: from, To: p.To}}
	}
	var list []bot.Period
	if p.Contains(t.Start) { // began before
		end := t.Start
		for end.Before(t.End) && p.Contains(end) {
			end = end.Add(time.Minute)
		}
		list = append(list, bot.Period{From: t.Start, To: end})
	}
	for at := t.Start; ; {
		from, to := p.Next(at)
		if from.IsZero() || !from.Before(t.End) {
			return list
		}
		list, at = append(list, bot.Period{From: from, To: to}), from
	}
}
