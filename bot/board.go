package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Board answers what the state of things is, for the chats and for the public page, from what is written.
type Board struct {
	Store     Store
	Platforms []Platform // in the order to show
	Every     map[PlatformID]time.Duration
	Vantages  int
	Panel     Panel         // the places besides the one that decides
	Planner   *Planner      // of what to do while a platform fails; nil where there is nothing to offer
	Days      *CriticalDays // nil for none
	Quiet     *Quiet        // knows the school days; nil for no history
	PageURL   string
	Offline   func() bool // whether our own network is known to be broken
}

// Overview is the state of the platforms that follow lists (nil: all), for a reader and their clock.
func (b *Board) Overview(ctx context.Context, follow []PlatformID, reader Audience, place Place) (Overview, error) {
	o := Overview{Now: time.Now(), Place: place, Audience: reader, Offline: b.Offline(), PageURL: b.PageURL}
	err := b.Store.View(ctx, func(tx Tx) error {
		standings, err := tx.Standings()
		if err != nil {
			return err
		}
		upkeeps, err := tx.Upkeeps(o.Now)
		if err != nil {
			return err
		}
		for _, p := range b.Platforms {
			if follow == nil || slices.Contains(follow, p.ID) {
				o.Platforms = append(o.Platforms, b.view(p.With(upkeeps), standings))
			}
		}
		if err := state(tx, o.Platforms); err != nil {
			return err
		}
		return b.compare(tx, o.Platforms)
	})
	if err != nil {
		return o, fmt.Errorf("read the state of the platforms: %w", err)
	}
	return o, nil
}

func (b *Board) view(p Platform, standings []Standing) PlatformView {
	view := PlatformView{Platform: p, Every: b.Every[p.ID], Vantages: b.Vantages}
	i := slices.IndexFunc(standings, func(s Standing) bool { return s.Platform == p.ID })
	if i < 0 {
		return view
	}
	s := standings[i]
	view.Condition, view.Since, view.CheckedAt = s.Condition, s.Since, s.CheckedAt
	view.Reason, view.Evidence = s.Reason, s.Evidence
	return view
}

// state puts what operators state in the place of what is seen, where that is better.
func state(tx Tx, shown []PlatformView) error {
	open, err := tx.OpenIncidents()
	if err != nil {
		return err
	}
	for _, i := range open {
		for at := range shown {
			v := &shown[at]
			if v.Platform.ID == i.Platform && i.Stated.Severity() > v.Condition.Severity() {
				v.Condition, v.Since, v.Reason, v.Evidence = i.Stated, i.ChangedAt, ReasonStated, Evidence{}
			}
		}
	}
	return nil
}

// compare adds how far the places agree, where there are several.
func (b *Board) compare(tx Tx, shown []PlatformView) error {
	if len(b.Panel.Others) == 0 {
		return nil
	}
	present, err := tx.PresentViews()
	if err != nil {
		return err
	}
	views := make(map[PlatformID][]View)
	for _, v := range present {
		views[v.Platform] = append(views[v.Platform], v)
	}
	for i := range shown {
		together := Convene(views[shown[i].Platform.ID], b.Panel.Quorum[shown[i].Platform.ID])
		shown[i].Vantages, shown[i].Split = max(together.Of, b.Vantages), together.Split
	}
	return nil
}

// Playbook adds to an overview what a chat that follows platforms can do about each one that fails.
func (b *Board) Playbook(ctx context.Context, o Overview, follows []PlatformID) Playbook {
	p := Playbook{Overview: o}
	for _, v := range o.Platforms {
		p.Offers = append(p.Offers, b.Planner.Offers(ctx, Failure{
			Platform: v.Platform.ID, Condition: v.Condition, Reader: o.Audience, Follows: follows,
		}, o.Now))
	}
	return p
}

// Ask narrows an overview to the platform that a person named. Typing errors are forgiven; where nothing is near
// enough, the overview says which names are nearest.
func (b *Board) Ask(o Overview, word string) Overview {
	o.Asked = word
	best, nearest := b.named(word)
	views := o.Platforms
	o.Platforms, o.Nearest = nil, nearest
	for _, p := range best {
		i := slices.IndexFunc(views, func(v PlatformView) bool { return v.Platform.ID == p.ID })
		if i >= 0 {
			o.Platforms = append(o.Platforms, views[i])
		}
	}
	return o
}

// named lists the platforms that a person means by a word: those that are equally near to it. Where none is near
// enough, it lists the nearest instead.
func (b *Board) named(word string) (meant, nearest []Platform) {
	type scored struct {
		platform Platform
		distance int
	}
	list := make([]scored, 0, len(b.Platforms))
	for _, p := range b.Platforms {
		list = append(list, scored{p, distanceTo(p, word)})
	}
	slices.SortStableFunc(list, func(a, b scored) int { return cmp.Compare(a.distance, b.distance) })
	for _, s := range list {
		switch {
		case s.distance == list[0].distance && s.distance <= farthest(word):
			meant = append(meant, s.platform)
		case len(meant) == 0 && len(nearest) < 3:
			nearest = append(nearest, s.platform)
		}
	}
	return meant, nearest
}
