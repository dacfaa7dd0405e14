package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// made is a destination that its chat made itself.
func made(channel, thread string) bot.Destination {
	return bot.Destination{
		ID: bot.DestinationID("tg/" + channel + thread), Account: "tg", Address: bot.Address{Channel: channel, Thread: thread},
		Audience: bot.Families, Place: bot.Place{Location: time.UTC, Name: "Paris"}, Languages: []string{"fr"},
		Follows: []bot.PlatformID{"cned"}, Wishes: &bot.Wishes{Zone: "Lille", All: true, Platforms: []bot.PlatformID{"cned"}},
	}
}

func TestChatsKeepTheirWishes(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		want := made("-7", "42")
		configured := made("-8", "")
		configured.Wishes = nil
		update(t, s, func(tx bot.Tx) error {
			if err := tx.PutDestination(want); err != nil {
				return err
			}
			return tx.PutDestination(configured)
		})
		for _, thread := range []string{"42", "", "43"} { // found from every topic of its chat
			view(t, s, func(tx bot.Tx) error {
				got, err := tx.DestinationAt("tg", bot.Address{Channel: "-7", Thread: thread})
				if diff := cmp.Diff(want, got, cmp.Comparer(sameZone)); diff != "" {
					t.Errorf("thread %q: %s", thread, diff)
				}
				return err
			})
		}
		view(t, s, func(tx bot.Tx) error {
			n, err := tx.ChatsMade("tg")
			if n != 1 {
				t.Errorf("%d chats made destinations, want 1", n)
			}
			return err
		})
		update(t, s, func(tx bot.Tx) error { want.Wishes = nil; return tx.PutDestination(want) }) // the configuration takes over
		view(t, s, func(tx bot.Tx) error {
			n, err := tx.ChatsMade("tg")
			if n != 0 {
				t.Errorf("%d chats made destinations, want none", n)
			}
			return err
		})
	})
}

// occupy makes a chat leave a trace in every table that knows chats: it follows, was told, refused and written notes to.
func occupy(tx bot.Tx, d bot.Destination) error {
	channel := d.Address.Channel
	note := bot.NoteTask{NoteKey: bot.NoteKey{Destination: d.ID, Kind: bot.NoteEvening, Day: "2026-11-27"}, To: d, At: time.Now(), Until: time.Now()}
	return errors.Join(
		tx.PutDestination(d),
		tx.Keep(bot.Deed{At: at(5), Account: "tg", Channel: channel, Who: "x", What: "abonner"}),
		tx.AddNotes([]bot.NoteTask{note}),
		tx.PutRefusal("tg", bot.Refusal{Bucket: "group:" + channel, Until: at(9)}, at(5)))
}

// TestEraseChatLeavesNothing looks for the chat in every column of every table.
func TestEraseChatLeavesNothing(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		incident := ledger(t, s)
		chat, other := made("-100777", ""), made("-100778", "")
		topic := made("-100777", "42")
		update(t, s, func(tx bot.Tx) error {
			return errors.Join(occupy(tx, chat), occupy(tx, topic), occupy(tx, other),
				tx.Owe(incident, bot.Reach{bot.Families: {"cned"}}, true, at(6)))
		})
		one := map[string]int{"destinations": 1, "subscriptions": 1, "deliveries": 1, "notes": 1, "audit": 1, "refusals": 1}
		two := map[string]int{"destinations": 2, "subscriptions": 2, "deliveries": 2, "notes": 2, "audit": 2, "refusals": 1}
		if diff := cmp.Diff(two, store.Mentions(t, s, "-100777")); diff != "" {
			t.Fatal(diff)
		}
		update(t, s, func(tx bot.Tx) error {
			n, err := tx.EraseChat("tg", "-100777")
			if n != 2 {
				t.Errorf("%d destinations erased, want that of the chat and that of its topic", n)
			}
			return err
		})
		if left := store.Mentions(t, s, "-100777"); len(left) > 0 {
			t.Errorf("the chat is still in %v", left)
		}
		if diff := cmp.Diff(one, store.Mentions(t, s, "-100778")); diff != "" {
			t.Errorf("the other chat: %s", diff)
		}
		update(t, s, func(tx bot.Tx) error { // one of the configuration stays
			n, err := tx.EraseChat("tg", "-1")
			if n != 0 {
				t.Errorf("%d configured destinations erased", n)
			}
			return err
		})
	})
}

func TestDeedsAreForgotten(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx bot.Tx) error {
			for _, when := range []time.Time{at(0), at(0).Add(bot.DeedsKept), at(1).Add(bot.DeedsKept)} {
				if err := tx.Keep(bot.Deed{At: when, Account: "tg", Channel: "-1", Who: "x", What: "test"}); err != nil {
					return err
				}
			}
			deeds, err := tx.Deeds("tg", "-1")
			if len(deeds) != 2 {
				t.Errorf("%d deeds are kept, want those of the last 90 days: %v", len(deeds), deeds)
			}
			return err
		})
	})
}

// TestOperatorDeeds: they are listed on their own, and no chat that is erased takes them with it.
func TestOperatorDeeds(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		at := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
		deeds := []bot.Deed{
			{At: at, Account: "tg", Who: "claire", Operator: true, What: "one"},
			{At: at.Add(time.Hour), Account: "slack", Who: "karim", Operator: true, What: "two"},
			{At: at.Add(2 * time.Hour), Account: "tg", Who: "claire", Operator: true, What: "three"},
		}
		update(t, s, func(tx bot.Tx) error {
			for _, d := range append(deeds, bot.Deed{At: at.Add(time.Hour), Account: "tg", Channel: "-7", Who: "0a1b", What: "test"}) {
				if err := tx.Keep(d); err != nil {
					return err
				}
			}
			_, err := tx.EraseChat("tg", "")
			return err
		})
		view(t, s, func(tx bot.Tx) error {
			list, all, err := tx.OperatorDeeds(at.Add(time.Minute), 5)
			if diff := cmp.Diff([]bot.Deed{deeds[2], deeds[1]}, list); diff != "" || all != 2 {
				t.Errorf("%d deeds, %s", all, diff)
			}
			if err != nil {
				return err
			}
			list, all, err = tx.OperatorDeeds(at, 1)
			if diff := cmp.Diff([]bot.Deed{deeds[2]}, list); diff != "" || all != 3 {
				t.Errorf("%d deeds, %s", all, diff)
			}
			return err
		})
	})
}
