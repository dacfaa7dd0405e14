package bot

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Writer turns a task into the posting that its flight is about, from the state as it is at that moment.
type Writer struct {
	Store    Store
	Renderer Renderer
	Web      Web
	Every    map[PlatformID]time.Duration // how often each platform is checked
	Vantages int
	Planner  *Planner // of what else to do; nil where there is nothing to offer
	Seal     *Seal    // of the buttons; nil for none
	Operated bool     // the account has operators: there is somebody to press what is for them
	PageURL  string   // base address of the public page, without a slash at the end; empty where there is none
}

// Write renders the posting.
func (w Writer) Write(ctx context.Context, t Task, now time.Time) (Posting, error) {
	flight := t.Delivery.Flight
	message, err := w.message(ctx, t, now)
	if err != nil {
		return Posting{}, fmt.Errorf("render incident %d for %s: %w", t.Incident.ID, t.Destination.ID, err)
	}
	posting := Posting{
		To: t.Destination.Address, Message: message, Key: t.Delivery.PostingKey(flight),
		Silent: t.Hushed || flight.Act == ActPost && t.Delivery.Reposts > 0,
	}
	if flight.Act == ActRing {
		posting.ReplyTo = t.Delivery.Receipt
	}
	return posting, nil
}

// message renders the notice in the destination's languages, the first above the others.
func (w Writer) message(ctx context.Context, t Task, now time.Time) (Message, error) {
	notice, render := w.notice(t, now), w.Renderer.Notice
	if t.Incident.Letter != nil {
		render = w.Renderer.Letter
	} else {
		notice.Offers = w.offers(ctx, t, now)
		if err := w.quote(ctx, &notice); err != nil {
			return Message{}, err
		}
	}
	return inEach(w.Renderer.Choose("", t.Destination.Languages), func(lang string) (Message, error) {
		m, err := render(lang, notice)
		if err != nil {
			return m, err
		}
		if t.Delivery.Plain {
			m = Message{Lang: m.Lang, Tone: m.Tone, Title: m.Title, Summary: m.Summary}
		}
		m.Buttons, err = w.buttons(t, lang)
		return m, err
	})
}

func (w Writer) notice(t Task, now time.Time) Notice {
	platform := w.Web.Platform(t.Incident.Platform) // which may be out of the configuration by now
	return Notice{
		Purpose: t.Delivery.Flight.Purpose, Incident: t.Incident, Platform: platform,
		Affected: w.Web.Affected(t.Incident, t.Destination), Beside: w.beside(t), Audience: t.Destination.Audience, CheckedAt: t.CheckedAt, Now: now, Every: w.Every[platform.ID],
		Vantages: w.Vantages, Place: t.Destination.Place, PageURL: w.pageOf(t.Incident), Heard: t.Delivery.Heard,
	}
}

// quote adds what is said about the incident to its living message.
func (w Writer) quote(ctx context.Context, n *Notice) error {
	if n.Incident.Said == 0 || n.Purpose != PurposeBulletin {
		return nil
	}
	return w.Store.View(ctx, func(tx Tx) error {
		said, err := tx.Statements(n.Incident.ID, mostSaid)
		n.Statements = Shown(said)
		return err
	})
}

// beside lists the platforms of a chat that fail together with its incident's.
func (w Writer) beside(t Task) []Platform {
	var list []Platform
	for _, id := range t.Incident.Beside {
		if p := w.Web.Platform(id); slices.Contains(t.Destination.Follows, id) && p.Concerns(t.Destination.Audience) {
			list = append(list, p)
		}
	}
	return list
}

func (w Writer) pageOf(i Incident) string {
	if w.PageURL == "" || i.Announced() {
		return ""
	}
	return w.PageURL + "/incidents/" + strconv.FormatInt(int64(i.ID), 10)
}

// offers is what else the reader can do, in the living message while it goes on.
func (w Writer) offers(ctx context.Context, t Task, now time.Time) []Offer {
	if t.Delivery.Flight.Purpose != PurposeBulletin || !t.Incident.Open() || now.Before(t.Incident.Since) {
		return nil
	}
	offers := w.Planner.Offers(ctx, Failure{
		Platform: t.Incident.Platform, Condition: t.Incident.Condition, Reader: t.Destination.Audience, Follows: t.Destination.Follows,
	}, now)
	return offers[:min(len(offers), MostOffers)]
}
