package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks/catalogue"
	"github.com/panneau-ecole/panneau/locales"
)

// story tells an incident to the person who looks after Panneau. Times are those of Paris.
type story struct {
	words *locales.Renderer
	place bot.Place
	names map[bot.PlatformID]string
	text  strings.Builder
}

func newStory(words *locales.Renderer) (*story, error) {
	known, err := catalogue.Load()
	if err != nil {
		return nil, fmt.Errorf("load the catalogue: %w", err)
	}
	s := &story{words: words, names: make(map[bot.PlatformID]string)}
	for _, e := range known.Platforms {
		s.names[e.ID] = e.Name
	}
	s.place, err = paris()
	return s, err
}

// name is a platform's name, as far as the catalogue knows it.
func (s *story) name(id bot.PlatformID) string { return cmp.Or(s.names[id], string(id)) }

// sayf adds a line of French.
func (s *story) sayf(format string, values ...any) {
	s.text.WriteString(locales.Typeset(fmt.Sprintf(format, values...)) + "\n")
}

// at is a moment, to the second.
func (s *story) at(t time.Time) string {
	return t.In(s.place.Location).Format("02/01/2006 à 15:04:05")
}

// condition names a condition.
func (s *story) condition(c bot.Condition) (string, error) {
	text, err := s.words.Condition("fr", c)
	if err != nil {
		return "", fmt.Errorf("name a condition: %w", err)
	}
	return text, nil
}

// seen says what a reason means; empty for none.
func (s *story) seen(r bot.Reason) (string, error) {
	if r == bot.ReasonNone {
		return "", nil
	}
	return s.words.Text("fr", "seen."+string(r)+".staff", nil)
}

// known says which incidents there are, to somebody who asks for another one.
func (s *story) known(id bot.IncidentID, list []bot.Incident) string {
	if len(list) == 0 {
		return fmt.Sprintf("Il n’y a pas d’incident %d : aucun n’est encore connu de cette base.", id)
	}
	items := make([]string, 0, len(list))
	for _, i := range list {
		items = append(items, fmt.Sprintf("\n  %d  %s, le %s", i.ID, s.name(i.Platform), s.at(i.OpenedAt)))
	}
	return fmt.Sprintf("Il n’y a pas d’incident %d. Les plus récents :", id) + strings.Join(items, "")
}

// tell tells all that is kept of an incident.
func (s *story) tell(d bot.Dossier) (string, error) {
	if err := s.summary(d.Incident); err != nil {
		return "", err
	}
	before := bot.Revision{}
	for _, r := range d.Revisions {
		if err := s.revision(before, r); err != nil {
			return "", err
		}
		before = r
	}
	s.echo(d.Echo)
	return s.text.String(), nil
}

// echo says what readers said of the incident by pressing buttons.
func (s *story) echo(e bot.Echo) {
	if e.Chats > 0 {
		s.sayf("\nLecteurs, dans %d conversation(s) : « chez moi aussi » %d, « chez moi, ça marche » %d. Panneau ne décide pas d’après eux.",
			e.Chats, e.Also, e.Fine)
	}
}

func (s *story) summary(i bot.Incident) error {
	worst, err := s.condition(i.Worst)
	if err != nil {
		return err
	}
	s.sayf("Incident %d : %s (%s)", i.ID, s.name(i.Platform), i.Platform)
	s.sayf("")
	if i.Again == 0 {
		s.sayf("Début    le %s : premier contrôle en défaut", s.at(i.Since))
	}
	s.sayf("Annoncé  le %s", s.at(i.OpenedAt))
	if i.Again > 0 {
		s.sayf("Reprise  le %s : premier contrôle en défaut, après une fin annoncée (reprises : %d)", s.at(i.Since), i.Again)
	}
	if i.Open() {
		s.sayf("Fin      il est en cours")
	} else {
		s.sayf("Fin      le %s : premier contrôle bon", s.at(i.ResolvedAt))
	}
	s.sayf("Au pire  %s", worst)
	return nil
}

// revision tells one state of the incident: what it was, why, and from what.
func (s *story) revision(before, r bot.Revision) error {
	condition, err := s.condition(r.Condition)
	if err != nil {
		return err
	}
	seen, err := s.seen(r.Reason)
	if err != nil {
		return err
	}
	if seen != "" && r.Condition.Outage() && r.Condition != bot.Unstable {
		condition += " (" + seen + ")"
	}
	s.sayf("\n%d. Le %s : %s", r.Number, s.at(r.At), condition)
	s.sayf("   %s", why(before, r))
	if err := s.views(r.Because.Views); err != nil {
		return err
	}
	if len(r.Because.Verdicts) == 0 && len(r.Because.Views) > 0 {
		s.sayf("   Vu seulement depuis d’autres lieux : leurs contrôles ont décidé, pas ceux d’ici.")
		s.beside(r)
		return s.roots(r)
	}
	if len(r.Because.Verdicts) == 0 {
		s.sayf("   Les contrôles qui ont décidé ne sont pas connus, ou ne sont plus gardés.")
		return nil
	}
	if err := s.verdicts(r.Because.Verdicts); err != nil {
		return err
	}
	if r.Because.Left > 0 {
		s.sayf("   Contrôles de même sens qui ne sont pas montrés : %d.", r.Because.Left)
	}
	s.beside(r)
	return s.roots(r)
}

// why says by which rule a revision was decided.
func why(before, r bot.Revision) string {
	again := before.Number > 0 && before.Condition == bot.Normal
	switch {
	case r.Condition == bot.Normal:
		return "Pourquoi : les contrôles sont bons, plusieurs fois de suite. L’incident est clos, à l’heure du premier."
	case r.Condition == bot.Unstable:
		return "Pourquoi : les contrôles sont bons, mais cet incident a déjà recommencé après sa fin. Il ne sera clos " +
			"qu’après un temps sans défaut, plus long à chaque reprise."
	case r.Condition == bot.Unverifiable:
		return "Pourquoi : les derniers contrôles ne permettent plus de rien affirmer."
	case r.Condition.Planned() && r.Reason.Condition() != r.Condition:
		return "Pourquoi : une période prévue est en cours. Ce que voient les contrôles n’est pas une panne."
	case r.Condition.Planned():
		return "Pourquoi : le site l’annonce lui-même, plusieurs fois de suite."
	case again:
		return fmt.Sprintf("Pourquoi : le défaut revient moins de %.0f minutes après la fin annoncée ; c’est le même incident.",
			bot.DefaultFlap().Reopen.Minutes())
	case before.Number == 0 && len(r.Because.Verdicts) == 0 && len(r.Because.Views) > 0:
		return "Pourquoi : assez de lieux voient un défaut, plusieurs contrôles de suite."
	case before.Number == 0:
		return "Pourquoi : plusieurs contrôles de suite montrent un défaut, sans contrôle bon entre eux."
	case before.Condition == r.Condition && !slices.Equal(before.Because.Beside, r.Because.Beside):
		return "Pourquoi : l’état est le même ; ce qui est en panne en même temps a changé."
	case before.Condition == r.Condition:
		return "Pourquoi : l’état est le même, mais les contrôles voient autre chose, plusieurs fois de suite."
	case r.Condition.Severity() > before.Condition.Severity():
		return "Pourquoi : plusieurs contrôles de suite montrent un état plus grave."
	default:
		return "Pourquoi : plusieurs contrôles de suite montrent un état moins grave."
	}
}

// verdicts prints a table of the verdicts that decided.
func (s *story) verdicts(list []bot.Verdict) error {
	table := tabwriter.NewWriter(&s.text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "   HEURE\tCONTRÔLE\tLIEU\tRÉSULTAT\tMOTIF\tRÉPONSE\tDURÉE\tDÉTAIL")
	outcomes := map[bot.Outcome]string{bot.Up: "bon", bot.Slow: "lent", bot.Down: "en défaut", bot.Unknown: "sans résultat"}
	for _, v := range list {
		t := &trial{verdict: v}
		fmt.Fprintf(table, "   %s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			v.At.In(s.place.Location).Format("15:04:05"), v.Check, cmp.Or(v.Vantage, "–"), outcomes[v.Outcome],
			cmp.Or(string(v.Reason), "–"), status(t), took(t), oneLine(cmp.Or(v.Evidence.Detail, v.Evidence.Matched, "–")))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write the verdicts: %w", err)
	}
	return nil
}

// views says what each place saw.
func (s *story) views(list []bot.View) error {
	for _, v := range list {
		condition, err := s.condition(v.Condition)
		if err != nil {
			return err
		}
		seen, err := s.seen(v.Reason)
		if err != nil {
			return err
		}
		if seen != "" && v.Condition.Outage() {
			condition += " (" + seen + ")"
		}
		s.sayf("   Depuis le lieu %s : %s, depuis le %s.", cmp.Or(v.Vantage, "–"), condition, s.at(v.Since))
	}
	return nil
}

// beside says what failed at the same time, and why it was told as one event.
func (s *story) beside(r bot.Revision) {
	for _, c := range r.Because.Beside {
		s.sayf("   En même temps que %s : en commun, %s. Ce n’est pas une cause.",
			s.name(c.Platform), cmp.Or(c.Shares, "rien de connu aujourd’hui"))
	}
}

// roots says how what the platform depends on stood then.
func (s *story) roots(r bot.Revision) error {
	for _, root := range r.Because.Roots {
		condition, err := s.condition(root.Condition)
		if err != nil {
			return err
		}
		checked := "jamais vérifié"
		if !root.CheckedAt.IsZero() {
			checked = "vérifié le " + s.at(root.CheckedAt)
		}
		s.sayf("   Dépend de %s : %s, %s. Ce n’était pas une explication suffisante.", s.name(root.Platform), condition, checked)
	}
	return nil
}

// oneLine is a text from outside as a terminal may show it.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}
