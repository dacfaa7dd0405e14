package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The reasons why an incident stays as it is.
var (
	errNoCondition = errors.New("no condition")
	errOpen        = errors.New("it is open already")
	errOver        = errors.New("it is over")
	errSeen        = errors.New("checks see it")
)

// stateable lists what an operator can state of a platform, by the words for it, folded.
func stateable() map[string]Condition {
	return map[string]Condition{
		"lent": Slowed, "lente": Slowed, "lentement": Slowed, "slow": Slowed,
		"partie": Partial, "en partie": Partial, "partiel": Partial, "partial": Partial,
		"moments": Unstable, "par moments": Unstable, "instable": Unstable, "unstable": Unstable,
		"connexion": LoginImpossible, "connexion impossible": LoginImpossible, "login": LoginImpossible,
		"sature": Saturated, "saturee": Saturated, "saturated": Saturated,
		"inaccessible": Unreachable, "down": Unreachable,
	}
}

// conditionIn finds the condition that a text begins with, and what follows.
func conditionIn(typed string) (c Condition, rest string, ok bool) {
	words := strings.Fields(Fold(typed))
	for n := min(2, len(words)); n > 0; n-- {
		if c, ok = stateable()[strings.Join(words[:n], " ")]; ok {
			return c, strings.TrimLeft(afterWords(typed, n), " ,;:."), true
		}
	}
	return "", typed, false
}

// incident opens, changes or closes an incident by hand: for what no check sees.
func (d *Desk) incident(ctx context.Context, a asking) (Message, error) {
	word, rest := verb(a.Args)
	hands := map[string]func(Tx, string, time.Time) (Incident, BriefKind, error){
		"ouvrir": d.openByHand, "open": d.openByHand, "modifier": d.changeByHand, "change": d.changeByHand,
		"clore": d.closeByHand, "fermer": d.closeByHand, "close": d.closeByHand,
	}
	hand := hands[word]
	if hand == nil {
		return d.tell(a, Brief{Kind: BriefUnclear, Word: a.Args})
	}
	var i Incident
	var kind BriefKind
	now := time.Now()
	err := d.enact(ctx, func(tx Tx) (err error) {
		if i, kind, err = hand(tx, rest, now); err != nil {
			return err
		}
		if err := d.owe(tx, i, now); err != nil {
			return err
		}
		what := []string{a.Request.Command, word, string(i.Platform), string(i.Stated), "#" + strconv.FormatInt(int64(i.ID), 10)}
		return a.keep(tx, d.operatorDeed(a, strings.Join(slices.DeleteFunc(what, func(s string) bool { return s == "" }), " "), now))
	})
	a.Args = rest
	brief := Brief{Kind: kind, Incident: i, Platforms: d.platforms([]PlatformID{i.Platform})}
	if err != nil {
		if brief, err = d.excuse(a, brief, err); err != nil {
			return Message{}, err
		}
	}
	return d.tell(a, brief)
}

// openByHand opens an incident of a platform that has none: « pronote en partie La messagerie est suspendue ».
func (d *Desk) openByHand(tx Tx, typed string, now time.Time) (Incident, BriefKind, error) {
	p, rest, ok := d.platformIn(typed)
	if !ok {
		return Incident{}, "", errNoPlatform
	}
	c, s, err := readState(rest, now)
	if err != nil {
		return Incident{Platform: p.ID}, "", err
	}
	open, err := tx.OpenIncidents()
	if err != nil {
		return Incident{}, "", err
	}
	if at := slices.IndexFunc(open, func(i Incident) bool { return i.Platform == p.ID }); at >= 0 {
		return open[at], "", errOpen
	}
	i, err := tx.AddIncident(Incident{
		Platform: p.ID, Condition: c, Worst: c, Stated: c, Reason: ReasonStated, Since: now, OpenedAt: now, ChangedAt: now,
		Revision: 1,
	})
	if err != nil {
		return i, "", err
	}
	i, err = sayMore(tx, i, s)
	return i, BriefOpened, err
}

// readState reads a condition, and what an operator says of it besides, if anything.
func readState(typed string, now time.Time) (Condition, Statement, error) {
	c, rest, ok := conditionIn(typed)
	if !ok {
		return c, Statement{}, errNoCondition
	}
	s, err := readWords(rest, now)
	return c, s, err
}

// readWords reads what an operator says without naming anybody.
func readWords(typed string, now time.Time) (Statement, error) {
	text, link, err := linkIn(spaced(typed))
	if err == nil && tooLong(unquoted(text)) {
		err = errTooLong
	}
	return Statement{Kind: StatementClaim, At: now, Text: unquoted(text), Link: link}, err
}

// sayMore makes a statement where there is one.
func sayMore(tx Tx, i Incident, s Statement) (Incident, error) {
	if s.Text == "" {
		return i, nil
	}
	return say(tx, i, s)
}

// changeByHand states something else of an incident that goes on, however it began, or says more about it.
func (d *Desk) changeByHand(tx Tx, typed string, now time.Time) (Incident, BriefKind, error) {
	i, rest, err := d.incidentIn(tx, typed, now)
	switch {
	case err != nil:
		return i, "", err
	case !i.Open():
		return i, "", errOver
	}
	c, rest, stated := conditionIn(rest)
	s, err := readWords(rest, now)
	if err != nil || !stated && s.Text == "" {
		return i, "", errors.Join(err, errNoCondition)
	}
	if stated && c != i.Stated {
		if i, err = d.restate(tx, i, c, now); err != nil {
			return i, "", err
		}
	} else if stated && s.Text == "" {
		return i, "", errSaid
	}
	i, err = sayMore(tx, i, s)
	kind := BriefStated
	if stated && i.Reason != ReasonStated {
		kind = BriefSeenWorse
	}
	return i, kind, err
}

// restate writes what an operator states now of an open incident's platform; NotYetKnown for nothing any more.
func (d *Desk) restate(tx Tx, i Incident, c Condition, now time.Time) (Incident, error) {
	s, err := standingOf(tx, i.Platform)
	if err != nil {
		return i, err
	}
	i.Stated = c
	next, changed := i.goOn(s, Flap{}, now)
	if !changed {
		next.Revision++
	}
	return next, tx.ReviseIncident(next)
}

func standingOf(tx Tx, p PlatformID) (Standing, error) {
	list, err := tx.Standings()
	at := slices.IndexFunc(list, func(s Standing) bool { return s.Platform == p })
	if err != nil || at < 0 {
		return Standing{Platform: p}, err
	}
	return list[at], nil
}

// closeByHand ends what an operator stated. What checks see goes on until they see its end.
func (d *Desk) closeByHand(tx Tx, typed string, now time.Time) (Incident, BriefKind, error) {
	i, rest, err := d.incidentIn(tx, typed, now)
	switch {
	case err != nil:
		return i, "", err
	case !i.Open():
		return i, "", errOver
	case i.Stated == NotYetKnown:
		return i, "", errSeen
	}
	s, err := standingOf(tx, i.Platform)
	if err != nil {
		return i, "", err
	}
	kind := BriefClosed
	if s.Condition.Outage() {
		kind = BriefStillSeen
		i, err = d.restate(tx, i, NotYetKnown, now)
	} else {
		i = i.revised(Standing{Condition: Normal}, now)
		i.ResolvedAt = now
		err = tx.ReviseIncident(i)
	}
	if err != nil {
		return i, "", err
	}
	said, err := readWords(rest, now)
	if err != nil {
		return i, "", err
	}
	i, err = sayMore(tx, i, said)
	return i, kind, err
}
