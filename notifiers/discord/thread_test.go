package discord_test

import (
	"testing"

	"github.com/panneau-ecole/panneau/bot"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/discord"
)

func TestAnArchivedThreadIsWoken(t *testing.T) {
	s := newStage(t, emulated.Options{}, nil)
	p := posting(bulletin())
	p.To.Thread = s.OpenThread(channel)
	r, err := s.n.Post(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	s.Archive(p.To.Thread)
	p.Message.Title = "Autre titre"
	if _, err := s.n.Edit(t.Context(), r, p); err != nil {
		t.Fatal(err)
	}
	s.Archive(p.To.Thread)
	p.Key = "back"
	if _, err := s.n.Post(t.Context(), p); err != nil { // it wakes up by itself
		t.Fatal(err)
	}
	if shown := s.Shown(p.To.Thread); len(shown) != 2 || shown[0].Edits != 1 {
		t.Errorf("shown: %+v", shown)
	}
}

func TestALockedThreadIsGone(t *testing.T) {
	for name, archived := range map[string]bool{"": false, "and archived": true} {
		t.Run("locked "+name, func(t *testing.T) {
			s := newStage(t, emulated.Options{}, nil)
			p := posting(bulletin())
			p.To.Thread = s.OpenThread(channel)
			r, err := s.n.Post(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			s.Lock(p.To.Thread)
			if archived {
				s.Archive(p.To.Thread)
			}
			p.Message.Title = "Autre titre"
			_, err = s.n.Edit(t.Context(), r, p)
			wantKind(t, err, bot.KindGone)
			p.Key = "back"
			_, err = s.n.Post(t.Context(), p)
			wantKind(t, err, bot.KindGone)
			s.Reopen(p.To.Thread)
			if _, err := s.n.Edit(t.Context(), r, p); err != nil {
				t.Error(err)
			}
			s.Remove(p.To.Thread)
			_, err = s.n.Post(t.Context(), p)
			wantKind(t, err, bot.KindGone)
		})
	}
}
