package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/bot/store/storetest"
)

// moves runs a test for every pair of engines that is at hand.
func moves(t *testing.T, test func(t *testing.T, from, to *store.Store)) {
	postgres := func(t *testing.T) *store.Store { return storetest.OpenPostgres(t) }
	for name, open := range map[string][2]func(*testing.T) *store.Store{
		"sqlite to sqlite":     {openSQLite, openSQLite},
		"sqlite to postgres":   {openSQLite, postgres},
		"postgres to sqlite":   {postgres, openSQLite},
		"postgres to postgres": {postgres, postgres},
	} {
		t.Run(name, func(t *testing.T) { test(t, open[0](t), open[1](t)) })
	}
}

// furnish puts at least one row into every table, with every kind of value.
func furnish(t *testing.T, s *store.Store) {
	t.Helper()
	incident := ledger(t, s)
	task := wantDue(t, s, at(1), "-1", "-2")[0]
	flight := task.Delivery.FlightFor(bot.ActPost, incident, at(2))
	update(t, s, func(tx bot.Tx) error {
		var verdicts []bot.Verdict
		for i := range 1234 { // more than is copied at a time
			verdicts = append(verdicts, bot.Verdict{
				Check: "cned/a", Platform: "cned", Vantage: "été « ' \" \\", At: at(i), Outcome: bot.Down, Reason: bot.ReasonDNS,
				Evidence: bot.Evidence{Detail: "lookup: \x00 \u2028 no such host"},
			})
		}
		_, err := tx.PutToSleep("tg", bot.Address{Channel: "-2"}, bot.Sleep{Since: at(3), Why: "kicked"})
		_, expiry := tx.WarnOfCalendar("corse", 20000, 2)
		note := bot.NoteTask{
			NoteKey: bot.NoteKey{Destination: "-1", Kind: bot.NoteEvening, Day: "2026-11-27"}, To: bot.Destination{Account: "tg"},
			At: time.Now(), Until: time.Now().Add(time.Hour),
		}
		_, warning := tx.WarnOfCertificate(bot.CertificateWarning{Host: "cned.fr:443", Expiry: time.Now().Add(time.Hour), Days: 1})
		return errors.Join(err, warning, expiry, tx.AddNotes([]bot.NoteTask{note}), tx.EnterVantage("lyon", "r1"), tx.SilenceVantage("lyon", at(4)),
			tx.PutView(bot.View{Platform: "cned", Vantage: "lyon", Condition: bot.Normal, Since: at(1), SeenAt: at(2)}),
			began(tx),
			tx.Keep(bot.Deed{At: at(5), Account: "tg", Channel: "-1", Who: "x", What: "test"}),
			tx.CarryOut("tg", "700000001", at(5)),
			promised(tx), tx.AddSignals(incident.ID, "-1", bot.Signals{Also: 2, Fine: 1}, 9, at(6)), sealed(tx),
			tx.Say(bot.Statement{
				Incident: incident.ID, Revision: 1, Kind: bot.StatementClaim, At: at(6), Author: "le Cned", Text: "« oui »", Link: "https://cned.fr/",
			}),
			tx.PutRefusal("tg", bot.Refusal{Bucket: "bot", Until: at(999)}, at(1)),
			tx.Depart(task.Delivery, flight, speaking),
			tx.PutStanding(bot.Standing{Platform: "cned", Condition: bot.Unreachable, Since: at(1), CheckedAt: at(3)}),
			tx.PutTrack(bot.Track{Check: "cned/a", Platform: "cned", Condition: bot.Unreachable, Since: at(1)}),
			tx.AddVerdicts(verdicts), tx.PutHours([]bot.Hour{hour("cned/a", "ici", 7), hour("cned/b", "ici", 40)}))
	})
}

// began writes down a trouble, a draft, a mute, a maintenance and a halt.
func began(tx bot.Tx) error {
	draft := bot.Draft{Code: "1234", Expires: at(9), Letter: bot.Letter{Kind: bot.LetterCircular, Text: []string{"Bonjour"}}}
	if err := errors.Join(tx.PutDraft(draft, at(1)), tx.PutMute(bot.Mute{Account: "tg", Until: at(99), Who: "claire"})); err != nil {
		return err
	}
	if _, err := tx.AddUpkeep(bot.Upkeep{Platform: "cned", From: at(5), To: at(9), Text: "Mise à jour", Who: "karim"}); err != nil {
		return err
	}
	if err := tx.PutHalt(bot.Halt{Platform: "cned", Since: at(1), Until: at(9), Account: "tg", Who: "claire"}); err != nil {
		return err
	}
	_, err := tx.AddTrouble(bot.TroubleNote{Subject: "blocked//cned", Kind: bot.TroubleBlocked, Since: at(3), Letter: 1}, at(1))
	return err
}

// picture is all that can be read of a store.
func picture(t *testing.T, s *store.Store) map[string]any {
	t.Helper()
	all := make(map[string]any)
	view(t, s, func(tx bot.Tx) error {
		keep := func(what string, value any, err error) {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
			all[what] = value
		}
		standings, err := tx.Standings()
		keep("standings", standings, err)
		tracks, err := tx.Tracks(2000)
		keep("tracks", tracks, err)
		hours, err := tx.Hours("cned", at(-9999), at(9999))
		keep("hours", hours, err)
		incidents, err := tx.LastIncidents(99)
		keep("incidents", incidents, err)
		destinations, err := tx.Destinations()
		keep("destinations", destinations, err)
		refusals, err := tx.Refusals("tg", at(1))
		keep("refusals", refusals, err)
		said, err := tx.Statements(1, 9)
		keep("statements", said, err)
		mutes, err := tx.Mutes(at(1))
		keep("mutes", mutes, err)
		upkeeps, err := tx.Upkeeps(at(1))
		keep("upkeeps", upkeeps, err)
		halts, err := tx.Halts()
		keep("halts", halts, err)
		draft, err := tx.Draft("1234", at(1))
		keep("draft", draft, err)
		troubles, err := tx.TroublesIn(1)
		keep("troubles", troubles, err)
		deeds, err := tx.Deeds("tg", "-1")
		keep("deeds", deeds, err)
		request, err := tx.CarriedOut("tg", "700000001")
		keep("request", request, err)
		echo, err := tx.Echo(1)
		keep("echo", echo, err)
		n, err := tx.Promises("tg", "71001")
		keep("promises", n, err)
		for _, chat := range []bot.DestinationID{"-1", "-2"} {
			task, err := tx.Task(bot.DeliveryKey{Incident: 1, Destination: chat})
			keep("task "+string(chat), task, err)
		}
		return nil
	})
	return all
}

func TestMoveKeepsEverything(t *testing.T) {
	moves(t, func(t *testing.T, from, to *store.Store) {
		furnish(t, from)
		counts, err := store.Move(t.Context(), from, to)
		if err != nil {
			t.Fatal(err)
		}
		want := []store.Count{
			{"standings", 1}, {"tracks", 1}, {"verdicts", 1234}, {"days", 2}, {"incidents", 1}, {"revisions", 1},
			{"destinations", 4}, {"subscriptions", 4}, {"deliveries", 2}, {"duties", 1},
			{"certificate_warnings", 1}, {"refusals", 1}, {"vantages", 1}, {"views", 1}, {"notes", 1}, {"calendar_warnings", 1},
			{"audit", 1}, {"statements", 1}, {"seal", 1}, {"signals", 1}, {"promises", 1}, {"troubles", 1}, {"drafts", 1}, {"mutes", 1},
			{"upkeeps", 1}, {"halts", 1}, {"requests", 1},
		}
		if diff := cmp.Diff(want, counts); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(picture(t, from), picture(t, to), cmp.Comparer(sameZone)); diff != "" {
			t.Error(diff)
		}
		view(t, to, func(tx bot.Tx) error {
			duty, err := tx.Duty(speaking.Name)
			if want := (bot.Duty{Name: speaking.Name, Term: speaking.Term}); duty != want {
				t.Errorf("the duty is %+v, want %+v", duty, want)
			}
			return err
		})
		write(t, to, "new")
	})
}

// TestMoveLeavesNoTableOut fails when a migration brings a table that is not moved.
func TestMoveLeavesNoTableOut(t *testing.T) {
	got, want := store.MovedTables(), store.AllTables(t, openSQLite(t))
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tables (-there +moved):\n%s", diff)
	}
}

func TestMoveIsAllOrNothing(t *testing.T) {
	moves(t, func(t *testing.T, from, to *store.Store) {
		furnish(t, from)
		store.Break(t, to, "subscriptions") // one of the last
		if _, err := store.Move(t.Context(), from, to); err == nil {
			t.Fatal("moved into a broken database")
		}
		if got := incidents(t, to); len(got) != 0 {
			t.Errorf("left behind: %v", got)
		}
	})
}

func TestMoveRefusesATargetThatIsUsed(t *testing.T) {
	moves(t, func(t *testing.T, from, to *store.Store) {
		furnish(t, from)
		update(t, to, func(tx bot.Tx) error { return give(tx, bot.Duty{Name: "watch", Holder: "r9", Term: 1}) })
		if _, err := store.Move(t.Context(), from, to); !errors.Is(err, store.ErrNotEmpty) {
			t.Errorf("moved: %v, want ErrNotEmpty", err)
		}
	})
}

func TestIdle(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		const within = 100 * time.Millisecond
		if err := s.Idle(t.Context(), time.Hour); err != nil {
			t.Errorf("nobody ever used it: %v", err)
		}
		update(t, s, func(tx bot.Tx) error { return give(tx, speaking) })
		if err := s.Idle(t.Context(), within); err != nil {
			t.Errorf("its user was killed: %v", err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var beating sync.WaitGroup
		beating.Go(func() {
			for ctx.Err() == nil {
				update(t, s, func(tx bot.Tx) error { return tx.KeepDuty(speaking) })
			}
		})
		if err := s.Idle(t.Context(), 10*within); !errors.Is(err, store.ErrInUse) {
			t.Errorf("its user lives: %v, want ErrInUse", err)
		}
		stop()
		beating.Wait()
		update(t, s, func(tx bot.Tx) error { return tx.LeaveDuty(speaking) })
		if err := s.Idle(t.Context(), time.Hour); err != nil {
			t.Errorf("its user has left: %v", err)
		}
	})
}

// chats keeps what each chat shows, message by message. The first post to « -2 » arrives without an answer.
type chats struct {
	mu    sync.Mutex
	shown map[string][]string
	edits int
}

func (c *chats) Post(_ context.Context, p bot.Posting) (bot.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := p.To.Channel
	c.shown[at] = append(c.shown[at], p.Message.Title)
	if at == "-2" {
		return bot.Receipt{}, &bot.DeliveryError{Kind: bot.KindUncertain, Err: errors.New("no answer")}
	}
	return bot.Receipt{Channel: at, IDs: []string{"0"}}, nil
}

func (c *chats) Edit(_ context.Context, r bot.Receipt, p bot.Posting) (bot.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown[r.Channel][0] = p.Message.Title
	c.edits++
	return r, nil
}

func (c *chats) Find(_ context.Context, p bot.Posting, _ time.Time) (bot.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.shown[p.To.Channel]) == 0 {
		return bot.Receipt{}, nil
	}
	return bot.Receipt{Channel: p.To.Channel, IDs: []string{"0"}}, nil
}

func (*chats) Buckets(bot.Op, bot.Address) []bot.Bucket { return nil }

func (c *chats) texts() map[string][]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return map[string][]string{"-1": slices.Clone(c.shown["-1"]), "-2": slices.Clone(c.shown["-2"])}
}

// revisions renders a notice as the number of its revision.
type revisions struct{ bot.Renderer }

func (revisions) Choose(_ string, chat []string) []string { return chat }

func (revisions) Notice(_ string, n bot.Notice) (bot.Message, error) {
	return bot.Message{Title: fmt.Sprint(n.Purpose, " ", n.Incident.Revision)}, nil
}

// speakUntil lets a speaker work on the store until the chats show what is wanted.
func speakUntil(t *testing.T, s *store.Store, c *chats, want map[string][]string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	speaker := bot.NewSpeaker(bot.SpeakerConfig{
		Account: "tg", Store: s, Notifier: c, Writer: bot.Writer{Renderer: revisions{}}, Logger: quiet(), Look: 50 * time.Millisecond,
	})
	holder := bot.Holder{Store: s, Replica: "r1", Alone: true, Logger: quiet()}
	done := make(chan error, 1)
	go func() { done <- holder.Hold(ctx, bot.AccountDuty("tg"), speaker.Run) }()
	deadline := time.Now().Add(30 * time.Second)
	for !cmp.Equal(want, c.texts()) && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, c.texts()); diff != "" {
		t.Fatal(diff)
	}
}

// TestASpeakerGoesOnAfterTheMove tells of an incident on one database, moves it while the end of one attempt is not
// known, and goes on there: the messages are edited, none is posted again.
func TestASpeakerGoesOnAfterTheMove(t *testing.T) {
	moves(t, func(t *testing.T, from, to *store.Store) {
		incident := ledger(t, from)
		c := &chats{shown: make(map[string][]string)}
		speakUntil(t, from, c, map[string][]string{"-1": {"bulletin 1"}, "-2": {"bulletin 1"}})
		if _, err := store.Move(t.Context(), from, to); err != nil {
			t.Fatal(err)
		}
		incident.Revision, incident.Before, incident.Condition = 2, bot.Unreachable, bot.Saturated
		update(t, to, func(tx bot.Tx) error {
			return errors.Join(tx.ReviseIncident(incident), tx.Owe(incident, bot.Reach{bot.Families: {incident.Platform}}, false, time.Now()))
		})
		speakUntil(t, to, c, map[string][]string{"-1": {"bulletin 2"}, "-2": {"bulletin 2"}})
		if c.edits < 2 {
			t.Errorf("%d edits, want one in each chat", c.edits)
		}
	})
}

// TestANewerSchemaIsUsed opens a database that a newer Panneau has added to, as an older replica does while the others
// are replaced.
func TestANewerSchemaIsUsed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "panneau.db")
	for name, open := range map[string]func(t *testing.T) func() *store.Store{
		"sqlite": func(t *testing.T) func() *store.Store {
			return func() *store.Store { s, _ := openAt(t, path); return s }
		},
		"postgres": func(t *testing.T) func() *store.Store {
			address := storetest.Postgres(t)
			return func() *store.Store {
				s, err := store.OpenPostgres(t.Context(), address, quiet())
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { s.Close() })
				return s
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			reopen := open(t)
			store.MigrateFurther(t, reopen())
			s := reopen()
			furnish(t, s)
			if got := incidents(t, s); len(got) != 1 {
				t.Errorf("found %v", got)
			}
			if _, err := store.Move(t.Context(), s, openSQLite(t)); !errors.Is(err, store.ErrNewer) {
				t.Errorf("moved: %v, want ErrNewer", err)
			}
		})
	}
}
