package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// LetterCircular is an operator's own words to chats.
const LetterCircular LetterKind = "circular"

// Draft is a circular, or a correction of one, that an operator has asked for and nobody has confirmed yet.
type Draft struct {
	Code     string
	Who      string    // the operator
	Expires  time.Time // until when it can be confirmed
	Letter   Letter
	Until    time.Time // when the circular ends
	To       []DestinationID
	Corrects IncidentID // the circular that gets a new text; 0 for a new one
	Second   bool       // another operator has to confirm it
}

// CircularTx keeps what operators publish.
type CircularTx interface {
	// PutDraft keeps a draft, and forgets those that have expired. ErrConflict: its code is another one's.
	PutDraft(d Draft, now time.Time) error
	// Draft reads a draft that has not expired; TakeDraft removes it besides. ErrNotFound: there is none, any more.
	Draft(code string, now time.Time) (Draft, error)
	TakeDraft(code string, now time.Time) (Draft, error)
	// Circulars lists the circulars that go on, newest first.
	Circulars() ([]Incident, error)
	// PutMute keeps the chats of an account still until a time. The zero time ends that.
	PutMute(m Mute) error
	// Mutes lists what is kept still at a time, by account.
	Mutes(now time.Time) ([]Mute, error)
}

const (
	// draftLasts is how long a draft can be confirmed.
	draftLasts = 10 * time.Minute
	// circularLasts is how long a circular goes on where nobody says how long, and at most.
	circularLasts, longestCircular = 24 * time.Hour, 14 * 24 * time.Hour
)

// circular publishes an operator's own words.
func (d *Desk) circular(ctx context.Context, a asking) (Message, error) {
	word, rest := verb(a.Args)
	switch {
	case strings.TrimSpace(a.Args) == "" || word == "liste" && rest == "":
		return d.circulars(ctx, a)
	case word == "confirmer":
		return d.confirm(ctx, a, rest)
	case word == "voir":
		return d.preview(ctx, a, rest)
	case word == "finir" || word == "annuler":
		return d.endCircular(ctx, a, rest)
	case word == "corriger":
		return d.correctCircular(ctx, a, rest)
	default:
		return d.draftCircular(ctx, a)
	}
}

// bodyForm divides a circular: to whom, and the text after the first colon that no time is written with.
func bodyForm() *regexp.Regexp { return regexp.MustCompile(`(?s)^(.*?)\s*:\s+(.+)$`) }

// endForm is how the end of a circular is given.
func endForm() *regexp.Regexp {
	return regexp.MustCompile(`(?i)[\s,]*(jusqu.?(?:[àa]|au)|pendant)\s+(.+)$`)
}

func (d *Desk) draftCircular(ctx context.Context, a asking) (Message, error) {
	found := bodyForm().FindStringSubmatch(spaced(a.Args))
	if found == nil {
		return d.tell(a, Brief{Kind: BriefUnclear, Word: a.Args})
	}
	head, text := found[1], unquoted(found[2])
	if tooLong(text) {
		return d.tell(a, Brief{Kind: BriefTooLong})
	}
	now := time.Now().In(d.Stranger.Place.Location)
	draft := Draft{Letter: Letter{Kind: LetterCircular, Text: []string{text}}, Until: now.Add(circularLasts)}
	if end := endForm().FindStringSubmatch(head); end != nil {
		head = strings.TrimSuffix(head, end[0])
		until, ok := endIn(end[1], end[2], now)
		if !ok || !until.After(now) || until.After(now.Add(longestCircular)) {
			return d.tell(a, Brief{Kind: BriefCircularWhen, Word: end[2]})
		}
		draft.Until = until
	}
	aim, unclear := d.aimIn(head)
	if unclear != "" || aim.empty() {
		return d.tell(a, Brief{Kind: BriefCircularWhom, Word: unclear})
	}
	draft.Letter.Urgent = aim.urgent
	err := d.Store.View(ctx, func(tx Tx) error {
		all, err := tx.Destinations()
		for _, to := range all {
			if aim.hits(to) {
				draft.To = append(draft.To, to.ID)
			}
		}
		return err
	})
	if err != nil {
		return Message{}, fmt.Errorf("choose who is told: %w", err)
	}
	if len(draft.To) == 0 {
		return d.tell(a, Brief{Kind: BriefCircularNobody})
	}
	return d.propose(ctx, a, draft)
}

// endIn reads when something ends that lasts until a moment or for some time.
func endIn(how, typed string, now time.Time) (time.Time, bool) {
	if Fold(how) == "pendant" {
		span, rest, ok := spanIn(typed)
		return now.Add(span), ok && rest == ""
	}
	t, rest, ok := momentIn(typed, now)
	return t, ok && rest == ""
}

// aim is to whom a circular goes: to the chats that fit in every respect that is given.
type aim struct {
	all       bool
	urgent    bool
	audiences []Audience
	académies []string
	platforms []PlatformID
	zoned     bool
}

func (a aim) empty() bool {
	return !a.all && len(a.audiences) == 0 && !a.zoned && len(a.platforms) == 0
}

// hits reports whether a destination is told. One that follows nothing and one that sleeps never are, nor one whose zone is
// not known where a zone is asked for.
func (a aim) hits(d Destination) bool {
	shares := func(p PlatformID) bool { return slices.Contains(a.platforms, p) }
	lives := func(académie string) bool { return slices.Contains(a.académies, académie) }
	switch {
	case len(d.Follows) == 0 || !d.Asleep.Since.IsZero():
		return false
	case len(a.audiences) > 0 && !slices.Contains(a.audiences, d.Audience):
		return false
	case a.zoned && !slices.ContainsFunc(académiesOf(d), lives):
		return false
	default:
		return len(a.platforms) == 0 || slices.ContainsFunc(d.Follows, shares)
	}
}

// aimIn reads to whom a circular goes. Unclear is what was not understood.
func (d *Desk) aimIn(typed string) (a aim, unclear string) {
	for _, part := range parts(typed) {
		if d.aimAt(&a, part) {
			continue
		}
		for word := range strings.FieldsSeq(part) {
			if !d.aimAt(&a, word) {
				return a, part
			}
		}
	}
	return a, ""
}

func (d *Desk) aimAt(a *aim, part string) bool {
	switch Fold(part) {
	case "", "a", "aux", "pour", "les", "le", "la", "l", "de", "academie":
		return true
	case "urgent":
		a.urgent = true
		return true
	case "tous", "toutes", "tout le monde":
		a.all = true
		return true
	case "familles", "famille", "parents":
		a.audiences = append(a.audiences, Families)
		return true
	case "enseignants", "enseignant", "professeurs", "profs":
		a.audiences = append(a.audiences, Teachers)
		return true
	case "personnel", "personnels", "equipe", "equipes":
		a.audiences = append(a.audiences, Staff)
		return true
	}
	if zone := zoneWord(part); zone != "" {
		a.académies, a.zoned = append(a.académies, calendar.AcadémiesOf(zone)...), true
		return true
	}
	p, rest, ok := d.platformIn(part)
	if ok && rest == "" {
		a.platforms = append(a.platforms, p.ID)
		return true
	}
	return false
}

// propose keeps a draft and shows it.
func (d *Desk) propose(ctx context.Context, a asking, draft Draft) (Message, error) {
	now := time.Now()
	draft.Who, draft.Expires = d.Operators[a.Person], now.Add(draftLasts)
	draft.Second = d.SecondAbove > 0 && len(draft.To) > d.SecondAbove
	err := d.Store.Update(ctx, func(tx Tx) error {
		for {
			n, err := rand.Int(rand.Reader, big.NewInt(9000))
			if err != nil {
				return err
			}
			draft.Code = strconv.Itoa(1000 + int(n.Int64()))
			if err := tx.PutDraft(draft, now); !errors.Is(err, ErrConflict) {
				return err
			}
		}
	})
	if err != nil {
		return Message{}, fmt.Errorf("keep a draft: %w", err)
	}
	return d.show(a, draft)
}

// show is what a draft will say, to how many.
func (d *Desk) show(a asking, draft Draft) (Message, error) {
	kind := BriefCircularPreview
	if draft.Second {
		kind = BriefCircularSecond
	}
	return d.tell(a, Brief{
		Kind: kind, Draft: draft, Typed: fmt.Sprintf("%s confirmer %s", d.typed("annonce"), draft.Code),
	})
}

func (d *Desk) preview(ctx context.Context, a asking, code string) (Message, error) {
	var draft Draft
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		draft, err = tx.Draft(code, time.Now())
		return err
	})
	switch {
	case errors.Is(err, ErrNotFound):
		return d.tell(a, Brief{Kind: BriefCircularNoDraft, Word: code})
	case err != nil:
		return Message{}, fmt.Errorf("read a draft: %w", err)
	default:
		return d.show(a, draft)
	}
}

// errOtherMust is that an operator confirms alone what takes two.
var errOtherMust = errors.New("another operator has to confirm")

// confirm publishes a draft. Whoever confirms first takes it away from all others.
func (d *Desk) confirm(ctx context.Context, a asking, code string) (Message, error) {
	now := time.Now()
	var draft Draft
	var letter Incident
	err := d.Store.Update(ctx, func(tx Tx) (err error) {
		if draft, err = tx.Draft(code, now); err != nil {
			return err
		}
		if draft.Second && draft.Who == d.Operators[a.Person] {
			return errOtherMust
		}
		if draft, err = tx.TakeDraft(code, now); err != nil {
			return err
		}
		if letter, err = draft.publish(tx, now); err != nil {
			return err
		}
		return a.keep(tx, d.operatorDeed(a, draft.deed(letter), now))
	})
	switch {
	case errors.Is(err, ErrNotFound):
		return d.tell(a, Brief{Kind: BriefCircularNoDraft, Word: code})
	case errors.Is(err, errOtherMust):
		return d.tell(a, Brief{Kind: BriefCircularOther, Draft: draft, Typed: fmt.Sprintf("%s confirmer %s", d.typed("annonce"), draft.Code)})
	case err != nil:
		return Message{}, fmt.Errorf("publish a circular: %w", err)
	}
	d.Changed()
	return d.tell(a, Brief{
		Kind: BriefCircularSent, Draft: draft, Number: int64(letter.ID), Typed: fmt.Sprintf("%s finir %d", d.typed("annonce"), letter.ID),
	})
}

// publish writes a circular, or the correction of one, and makes it due.
func (draft Draft) publish(tx Tx, now time.Time) (Incident, error) {
	rank := RankRoutine
	if draft.Letter.Urgent {
		rank = RankNews
	}
	if draft.Corrects == 0 {
		i, err := tx.AddIncident(Incident{
			Platform: PlatformID("circular/" + draft.Code), Condition: Written, Worst: Written, Since: now, OpenedAt: now, ChangedAt: now,
			Until: draft.Until, Revision: 1, Letter: &draft.Letter,
		})
		if err != nil {
			return i, err
		}
		return i, tx.OweLetter(i, draft.To, rank, now)
	}
	i, err := tx.Letter(draft.Corrects)
	if err != nil || !i.Open() {
		return i, errors.Join(err, ErrNotFound)
	}
	i.Letter, i.Revision, i.ChangedAt = &draft.Letter, i.Revision+1, now
	if err := tx.ReviseIncident(i); err != nil {
		return i, err
	}
	return i, tx.OweLetter(i, nil, rank, now)
}

// deed is what is kept of a publication: with its text, which has been published.
func (draft Draft) deed(letter Incident) string {
	what := fmt.Sprintf("annonce %d, %d destinations", letter.ID, len(draft.To))
	if draft.Corrects != 0 {
		what = fmt.Sprintf("annonce corriger %d", letter.ID)
	}
	if draft.Second {
		what += ", proposée par " + draft.Who
	}
	return what + " : " + strings.Join(draft.Letter.Text, " ")
}

// circularIn finds the circular that goes on whose number a text begins with.
func (d *Desk) circularIn(ctx context.Context, typed string) (i Incident, rest string, err error) {
	word, rest := verb(typed)
	number, err := strconv.ParseInt(strings.TrimSuffix(word, ":"), 10, 64)
	if err != nil {
		return i, rest, ErrNotFound
	}
	err = d.Store.View(ctx, func(tx Tx) (err error) {
		i, err = tx.Letter(IncidentID(number))
		return err
	})
	if err == nil && (!i.Open() || i.Letter.Kind != LetterCircular) {
		err = ErrNotFound
	}
	return i, strings.TrimSpace(strings.TrimPrefix(rest, ":")), err
}

// correctCircular proposes another text for a circular that goes on.
func (d *Desk) correctCircular(ctx context.Context, a asking, typed string) (Message, error) {
	i, text, err := d.circularIn(ctx, typed)
	text = unquoted(text)
	switch {
	case errors.Is(err, ErrNotFound):
		return d.tell(a, Brief{Kind: BriefCircularNone, Word: typed})
	case err != nil:
		return Message{}, fmt.Errorf("find a circular: %w", err)
	case text == "":
		return d.tell(a, Brief{Kind: BriefUnclear, Word: a.Args})
	case tooLong(text):
		return d.tell(a, Brief{Kind: BriefTooLong})
	}
	letter := *i.Letter
	letter.Text, letter.Corrected = []string{text}, true
	draft := Draft{Letter: letter, Until: i.Until, Corrects: i.ID}
	err = d.Store.View(ctx, func(tx Tx) (err error) {
		draft.To, err = tx.ToldOf(i.ID)
		return err
	})
	if err != nil {
		return Message{}, fmt.Errorf("count who was told: %w", err)
	}
	return d.propose(ctx, a, draft)
}

// endCircular ends a circular before its time, or drops a draft.
func (d *Desk) endCircular(ctx context.Context, a asking, typed string) (Message, error) {
	i, _, err := d.circularIn(ctx, typed)
	if err == nil {
		now := time.Now()
		err = d.Store.Update(ctx, func(tx Tx) error {
			if err := i.end(tx, now, now); err != nil {
				return err
			}
			return a.keep(tx, d.operatorDeed(a, fmt.Sprintf("annonce finir %d", i.ID), now))
		})
	}
	switch {
	case errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict):
		return d.tell(a, Brief{Kind: BriefCircularNone, Word: typed})
	case err != nil:
		return Message{}, fmt.Errorf("end a circular: %w", err)
	}
	d.Changed()
	return d.tell(a, Brief{Kind: BriefCircularEnded, Number: int64(i.ID)})
}

// end has a letter's readers told that it is over since a time.
func (i Incident) end(tx Tx, at, now time.Time) error {
	i.ResolvedAt, i.ChangedAt, i.Revision = at, now, i.Revision+1
	if err := tx.ReviseIncident(i); err != nil {
		return err
	}
	return tx.OweLetter(i, nil, RankRoutine, now)
}

// circulars lists what goes on.
func (d *Desk) circulars(ctx context.Context, a asking) (Message, error) {
	t := Brief{Kind: BriefCirculars, Typed: d.typed("annonce")}
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		t.Circulars, err = tx.Circulars()
		return err
	})
	if err != nil {
		return Message{}, fmt.Errorf("list the circulars: %w", err)
	}
	return d.tell(a, t)
}

// expire ends the circulars whose time is over.
func (w *Watch) expire(ctx context.Context, now time.Time) error {
	var list []Incident
	err := w.config.Store.View(ctx, func(tx Tx) (err error) {
		list, err = tx.Circulars()
		return err
	})
	list = slices.DeleteFunc(list, func(i Incident) bool { return i.Until.After(now) })
	if err != nil || len(list) == 0 {
		return err
	}
	err = w.commits.update(ctx, w.lease.Duty(), func(tx Tx) error {
		for _, i := range list {
			if err := i.end(tx, i.Until, now); err != nil && !errors.Is(err, ErrConflict) {
				return err
			}
		}
		return nil
	})
	if err == nil {
		w.config.Changed()
	}
	return err
}

// académiesOf lists the académies of a destination, as far as its settings tell.
func académiesOf(d Destination) []string {
	words := []string{d.Rhythm.Zone, d.Silence.Zone}
	if d.Wishes != nil {
		words = append(words, d.Wishes.Zone)
	}
	for _, word := range words {
		if list := calendar.AcadémiesOf(word); word != "" && len(list) > 0 {
			return list
		}
	}
	return nil
}
