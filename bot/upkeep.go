package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// mostUpkeeps is how many maintenances planned from chats may be to come or go on.
	mostUpkeeps = 20
	// farthestUpkeep is how far ahead one may begin, longestUpkeep how long it may last.
	farthestUpkeep, longestUpkeep = 90 * 24 * time.Hour, 7 * 24 * time.Hour
)

// The reasons why a maintenance is not planned.
var (
	errUpkeepWhen = errors.New("no beginning and end")
	errUpkeepPast = errors.New("it would have begun")
	errUpkeepFar  = errors.New("too far ahead or too long")
	errUpkeepFull = errors.New("enough is planned")
)

// maintenance plans a maintenance, gives one up, or lists them.
func (d *Desk) maintenance(ctx context.Context, a asking) (Message, error) {
	word, rest := verb(a.Args)
	switch {
	case word == "" || word == "liste" && rest == "":
		return d.upkeeps(ctx, a)
	case word == "annuler" || word == "supprimer" || word == "cancel":
		return d.cancelUpkeep(ctx, a, rest)
	default:
		return d.planUpkeep(ctx, a)
	}
}

// planUpkeep plans « pronote demain 18h 20h Mise à jour. ».
func (d *Desk) planUpkeep(ctx context.Context, a asking) (Message, error) {
	now := time.Now()
	u, err := d.readUpkeep(a, now)
	brief := Brief{Platforms: d.platforms([]PlatformID{u.Platform}), Word: a.Args, Typed: d.typed("maintenance")}
	if err == nil {
		err = d.enact(ctx, func(tx Tx) (err error) {
			if u, brief.Kind, err = putUpkeep(tx, u, now); err != nil || brief.Kind == BriefUpkeepSaid {
				return err
			}
			return a.keep(tx, d.operatorDeed(a, u.deed(brief.Kind, d.Stranger.Place), now))
		})
	}
	brief.Upkeeps = []Upkeep{u}
	for reason, kind := range map[error]BriefKind{
		errUpkeepWhen: BriefUpkeepWhen, errUpkeepPast: BriefUpkeepPast, errUpkeepFar: BriefUpkeepFar, errUpkeepFull: BriefUpkeepFull,
	} {
		if errors.Is(err, reason) {
			brief.Kind, err = kind, nil
		}
	}
	if err != nil {
		if brief, err = d.excuse(a, brief, err); err != nil {
			return Message{}, err
		}
	}
	return d.tell(a, brief)
}

// readUpkeep reads a maintenance as it is typed, by the clock of the account.
func (d *Desk) readUpkeep(a asking, now time.Time) (Upkeep, error) {
	p, rest, ok := d.platformIn(spaced(a.Args))
	u := Upkeep{Platform: p.ID, Who: d.Operators[a.Person]}
	if !ok {
		return u, errNoPlatform
	}
	u.From, u.To, rest, ok = windowIn(rest, now.In(d.Stranger.Place.Location))
	if !ok || !u.To.After(u.From) {
		return u, errUpkeepWhen
	}
	if u.From.After(now.Add(farthestUpkeep)) || u.To.Sub(u.From) > longestUpkeep {
		return u, errUpkeepFar
	}
	words, err := readWords(rest, now)
	u.Text, u.Link = words.Text, words.Link
	return u, err
}

// putUpkeep plans a maintenance. One that begins at the same time is the same one: it only ends at another time.
func putUpkeep(tx Tx, u Upkeep, now time.Time) (Upkeep, BriefKind, error) {
	planned, err := tx.Upkeeps(now)
	if err != nil {
		return u, "", err
	}
	same := func(p Upkeep) bool { return p.Platform == u.Platform && p.From.Equal(u.From) }
	if at := slices.IndexFunc(planned, same); at >= 0 {
		known := planned[at]
		switch {
		case known.To.Equal(u.To):
			return known, BriefUpkeepSaid, nil
		case !u.To.After(now):
			return known, "", errUpkeepPast
		}
		known.To, known.Who = u.To, u.Who
		return known, BriefUpkeepMoved, tx.EndUpkeepAt(known.ID, u.To)
	}
	switch {
	case !u.From.After(now):
		return u, "", errUpkeepPast
	case len(planned) >= mostUpkeeps:
		return u, "", errUpkeepFull
	}
	u, err = tx.AddUpkeep(u)
	return u, BriefUpkeepPlanned, err
}

// deed is what is kept of a maintenance that was planned or moved: with its text, which is published.
func (u Upkeep) deed(kind BriefKind, p Place) string {
	const layout = "02/01/2006 15:04"
	what := fmt.Sprintf("maintenance %s nº %d, du %s au %s", u.Platform, u.ID,
		u.From.In(p.Location).Format(layout), u.To.In(p.Location).Format(layout))
	if kind == BriefUpkeepMoved {
		return what + " (fin déplacée)"
	}
	if u.Text != "" {
		what += " : " + u.Text
	}
	return what
}

// cancelUpkeep gives up a maintenance that was planned from a chat.
func (d *Desk) cancelUpkeep(ctx context.Context, a asking, typed string) (Message, error) {
	number := strings.TrimLeft(strings.ToLower(typed), "n°º# ")
	brief := Brief{Kind: BriefUpkeepCancelled, Word: typed, Typed: d.typed("maintenance")}
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		brief.Kind = BriefUpkeepUnknown
		return d.tell(a, brief)
	}
	now := time.Now()
	err = d.enact(ctx, func(tx Tx) error {
		planned, err := tx.Upkeeps(now)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(planned, func(u Upkeep) bool { return u.ID == id })
		if at < 0 {
			return ErrNotFound
		}
		brief.Upkeeps = planned[at : at+1]
		if err := tx.CancelUpkeep(id, now); err != nil {
			return err
		}
		return a.keep(tx, d.operatorDeed(a, fmt.Sprintf("maintenance annuler %d (%s)", id, planned[at].Platform), now))
	})
	switch {
	case errors.Is(err, ErrNotFound):
		brief.Kind = BriefUpkeepUnknown
	case err != nil:
		return Message{}, fmt.Errorf("give up a maintenance: %w", err)
	default:
		brief.Platforms = d.platforms([]PlatformID{brief.Upkeeps[0].Platform})
	}
	return d.tell(a, brief)
}

// upkeeps lists what is planned, wherever that was written: the next one first.
func (d *Desk) upkeeps(ctx context.Context, a asking) (Message, error) {
	t := Brief{Kind: BriefUpkeeps, Typed: d.typed("maintenance"), Platforms: d.Board.Platforms}
	now := time.Now()
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		t.Upkeeps, err = tx.Upkeeps(now)
		return err
	})
	if err != nil {
		return Message{}, fmt.Errorf("list what is planned: %w", err)
	}
	for _, p := range d.Board.Platforms {
		t.Upkeeps = append(t.Upkeeps, p.upkeeps(now)...)
	}
	slices.SortStableFunc(t.Upkeeps, func(a, b Upkeep) int { return a.From.Compare(b.From) })
	if len(t.Upkeeps) == 0 {
		t.Kind = BriefUpkeepNone
	}
	t.More = max(len(t.Upkeeps)-journalLines, 0)
	t.Upkeeps = t.Upkeeps[:len(t.Upkeeps)-t.More]
	return d.tell(a, t)
}

// upkeeps lists the maintenances of the configuration: of each the one that goes on where it is a single one, else the next.
func (p Platform) upkeeps(now time.Time) []Upkeep {
	var list []Upkeep
	for _, period := range p.Maintenances {
		from, to := period.Next(now)
		if period.Start == nil && period.Contains(now) {
			from, to = period.From, period.To
		}
		if !from.IsZero() {
			list = append(list, Upkeep{Platform: p.ID, From: from, To: to})
		}
	}
	return list
}
