package bot

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// Writer turns a task into the posting that its flight is about, from the state as it is at that moment.
type Writer struct {
	Renderer Renderer
	Web      Web
	Every    map[PlatformID]time.Duration // how often each platform is checked
	Vantages int
	Planner  *Planner // of what else to do; nil where there is nothing to offer
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
		Silent: flight.Act == ActPost && t.Delivery.Reposts > 0,
	}
	if flight.Act == ActRing {
		posting.ReplyTo = t.Delivery.Receipt
	}
	return posting, nil
}

// message renders the notice in the destination's languages, the first above the others.
func (w Writer) message(ctx context.Context, t Task, now time.Time) (Message, error) {
	notice := w.notice(t, now)
	notice.Offers = w.offers(ctx, t, now)
	message, err := inLanguages(t.Destination.Languages, func(lang string) (Message, error) {
		return w.Renderer.Notice(lang, notice)
	})
	if err != nil {
		return Message{}, err
	}
	if t.Delivery.Plain {
		return Message{Lang: message.Lang, Tone: message.Tone, Title: message.Title, Summary: message.Summary}, nil
	}
	return message, nil
}

// inLanguages writes a message in several languages, the first above the others.
func inLanguages(languages []string, write func(lang string) (Message, error)) (message Message, err error) {
	for i, lang := range languages {
		text, err := write(lang)
		if err != nil {
			return Message{}, err
		}
		if i == 0 {
			message = text
		} else {
			message.Also = append(message.Also, text)
		}
	}
	return message, nil
}

func (w Writer) notice(t Task, now time.Time) Notice {
	platform := w.Web.Platform(t.Incident.Platform) // which may be out of the configuration by now
	return Notice{
		Purpose: t.Delivery.Flight.Purpose, Incident: t.Incident, Platform: platform,
		Affected: w.Web.Affected(t.Incident, t.Destination), Audience: t.Destination.Audience, CheckedAt: t.CheckedAt, Now: now, Every: w.Every[platform.ID],
		Vantages: w.Vantages, Place: t.Destination.Place, PageURL: w.pageOf(t.Incident.ID), Heard: t.Delivery.Heard,
	}
}

func (w Writer) pageOf(id IncidentID) string {
	if w.PageURL == "" {
		return ""
	}
	return w.PageURL + "/incidents/" + strconv.FormatInt(int64(id), 10)
}

// offers is what else the reader can do, in the living message while it goes on.
func (w Writer) offers(ctx context.Context, t Task, now time.Time) []Offer {
	if t.Delivery.Flight.Purpose != PurposeBulletin || !t.Incident.Open() {
		return nil
	}
	offers := w.Planner.Offers(ctx, Failure{
		Platform: t.Incident.Platform, Condition: t.Incident.Condition, Reader: t.Destination.Audience, Follows: t.Destination.Follows,
	}, now)
	return offers[:min(len(offers), MostOffers)]
}
