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
		for _, p := range b.Platforms {
			if follow == nil || slices.Contains(follow, p.ID) {
				o.Platforms = append(o.Platforms, b.view(p, standings))
			}
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
	scored := make([]scoredView, 0, len(b.Platforms))
	for _, p := range b.Platforms {
		scored = append(scored, scoredView{p, distanceTo(p, word)})
	}
	slices.SortStableFunc(scored, func(a, b scoredView) int { return cmp.Compare(a.distance, b.distance) })
	best := scored[:0:0]
	for _, s := range scored {
		if s.distance == scored[0].distance {
			best = append(best, s)
		}
	}
	views := o.Platforms
	o.Platforms = nil
	if len(best) == 0 || best[0].distance > farthest(word) {
		for _, s := range scored[:min(3, len(scored))] {
			o.Nearest = append(o.Nearest, s.platform)
		}
		return o
	}
	for _, s := range best {
		i := slices.IndexFunc(views, func(v PlatformView) bool { return v.Platform.ID == s.platform.ID })
		if i >= 0 {
			o.Platforms = append(o.Platforms, views[i])
		}
	}
	return o
}

type scoredView struct {
	platform Platform
	distance int
}
