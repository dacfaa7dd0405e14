package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// mostListed is how many platforms a list shows: more would fill the screen of a phone several times.
const mostListed = 30

// platformsWatched lists what is watched: for the chat's académie, for one that a person names, or of a name.
func (d *Desk) platformsWatched(_ context.Context, a asking) (Message, error) {
	word := strings.TrimSpace(a.Args)
	zone := zoneWord(word)
	if word == "" && a.chat.made() {
		zone = a.chat.Wishes.Zone
	}
	answer := Answer{Kind: AnswerPlatforms, Typed: d.typed("plateformes"), Settings: Settings{Area: area(zone)}}
	switch {
	case zone != "":
		académies := calendar.AcadémiesOf(zone)
		answer.Platforms = slices.DeleteFunc(slices.Clone(d.Board.Platforms), func(p Platform) bool { return !p.Serves(académies) })
	case word != "":
		answer.Platforms = holding(d.Board.Platforms, word)
		if len(answer.Platforms) == 0 {
			answer.Platforms, answer.Word = nil, word
			answer.Kind = AnswerNoPlatforms
			meant, nearest := d.Board.named(word)
			if answer.Platforms = meant; len(meant) == 0 {
				answer.Platforms = nearest
			}
		}
	default:
		answer.Platforms = slices.Clone(d.Board.Platforms)
	}
	answer.More = max(0, len(answer.Platforms)-mostListed)
	answer.Platforms = answer.Platforms[:len(answer.Platforms)-answer.More]
	return d.say(a, answer)
}

// holding lists the platforms with a name that holds a word.
func holding(list []Platform, word string) []Platform {
	word = Fold(word)
	return slices.DeleteFunc(slices.Clone(list), func(p Platform) bool {
		return word == "" || !slices.ContainsFunc(append([]string{p.Name, string(p.ID)}, p.Aliases...), func(name string) bool {
			return strings.Contains(Fold(name), word)
		})
	})
}

// privacy says what is stored, and what is not.
func (d *Desk) privacy(_ context.Context, a asking) (Message, error) {
	return d.say(a, Answer{Kind: AnswerPrivacy, Typed: d.typed("stop")})
}

// kept says what is stored about this chat.
func (d *Desk) kept(ctx context.Context, a asking) (Message, error) {
	var kept Kept
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		if kept.Deliveries, err = tx.Deliveries(d.Account, a.From.Channel); err != nil {
			return err
		}
		deeds, err := tx.Deeds(d.Account, a.From.Channel)
		kept.Deeds = len(deeds)
		if err != nil || !a.Private {
			return err
		}
		kept.Promises, err = tx.Promises(d.Account, a.names()...)
		return err
	})
	if err != nil {
		return Message{}, fmt.Errorf("count what is kept about the chat: %w", err)
	}
	if !a.known && kept == (Kept{}) {
		return d.say(a, Answer{Kind: AnswerNothingKept})
	}
	return d.say(a, Answer{
		Kind: AnswerKept, Settings: d.settingsOf(a.chat), Kept: kept, Account: d.Account, Channel: a.From.Channel,
		Typed: d.typed("stop"),
	})
}

// names are the names under which the person of a private conversation can be promised something.
func (a asking) names() []string { return []string{a.From.Channel, a.Person} }
