package store_test

import (
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

func TestEraseChatLeavesNothing(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		incident := ledger(t, s)
		chat, other := made("-7", ""), made("-9", "")
		update(t, s, func(tx bot.Tx) error {
			for _, d := range []bot.Destination{chat, other} {
				if err := tx.PutDestination(d); err != nil {
					return err
				}
				if err := tx.Keep(bot.Deed{At: at(5), Account: "tg", Channel: d.Address.Channel, Who: "x", What: "abonner"}); err != nil {
					return err
				}
			}
			return tx.Owe(incident, bot.Reach{bot.Families: {"cned"}}, true, at(6))
		})
		kept := func(channel string) (deliveries, deeds int) {
			view(t, s, func(tx bot.Tx) (err error) {
				list, err := tx.Deeds("tg", channel)
				if err != nil {
					return err
				}
				deeds = len(list)
				deliveries, err = tx.Deliveries("tg", channel)
				return err
			})
			return deliveries, deeds
		}
		if n, deeds := kept("-7"); n != 1 || deeds != 1 {
			t.Fatalf("%d deliveries and %d deeds, want one of each", n, deeds)
		}
		update(t, s, func(tx bot.Tx) error {
			n, err := tx.EraseChat("tg", "-7")
			if n != 1 {
				t.Errorf("%d destinations erased, want 1", n)
			}
			return err
		})
		if n, deeds := kept("-7"); n != 0 || deeds != 0 {
			t.Errorf("%d deliveries and %d deeds are left", n, deeds)
		}
		if n, deeds := kept("-9"); n != 1 || deeds != 1 {
			t.Errorf("the other chat has %d deliveries and %d deeds, want one of each", n, deeds)
		}
		view(t, s, func(tx bot.Tx) error {
			all, err := tx.Destinations()
			for _, d := range all {
				if d.Address.Channel == "-7" {
					t.Error("the destination is still there")
				}
			}
			return err
		})
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
