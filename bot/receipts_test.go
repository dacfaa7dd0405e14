package bot_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// fullLedger is a ledger in which there is no room for the receipts of some destinations: the transaction that brings
// one is taken back, as SQLite does when the disk is full.
type fullLedger struct {
	bot.Store
	mu      sync.Mutex
	without []bot.DestinationID
	refused int
}

var errFull = errors.New("database or disk is full")

func (l *fullLedger) Update(ctx context.Context, f func(bot.Tx) error) error {
	return l.Store.Update(ctx, func(tx bot.Tx) error { return f(fullTx{tx, l}) })
}

// fill leaves no room for some destinations' receipts; for none: there is room again.
func (l *fullLedger) fill(without ...bot.DestinationID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.without = without
}

func (l *fullLedger) refusals() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refused
}

type fullTx struct {
	bot.Tx
	ledger *fullLedger
}

func (t fullTx) Settle(d bot.Delivery, flight bot.Flight, seen int64, due time.Time) error {
	if err := t.Tx.Settle(d, flight, seen, due); err != nil {
		return err
	}
	t.ledger.mu.Lock()
	defer t.ledger.mu.Unlock()
	if slices.Contains(t.ledger.without, d.Destination) {
		t.ledger.refused++
		return errFull
	}
	return nil
}

func onFullStage(t *testing.T, test func(s *stage, ledger *fullLedger)) {
	onStage(t, []string{"-1", "-2"}, func(s *stage) {
		ledger := &fullLedger{Store: s.store}
		s.between = ledger
		s.restart()
		ledger.fill("tg:-1")
		test(s, ledger)
	})
}

func TestAReceiptThatCannotBeWrittenIsKept(t *testing.T) {
	onFullStage(t, func(s *stage, ledger *fullLedger) {
		s.tell("uddd")
		time.Sleep(10 * time.Minute)
		s.tell("qqq")
		time.Sleep(time.Minute)
		s.wantShown("-1", "bulletin down r1") // not again, and nothing else before it is known
		s.wantShown("-2", "bulletin saturated r2")
		if n := ledger.refusals(); n < 50 || n > 100 {
			t.Errorf("%d attempts to write a receipt in eleven minutes", n)
		}
		ledger.fill()
		time.Sleep(15 * time.Second)
		s.wantShown("-1", "bulletin saturated r2")
		s.restart()
		time.Sleep(time.Minute)
		s.wantShown("-1", "bulletin saturated r2")
	})
}

func TestAReceiptThatIsNeverWrittenDoesNotHoldUpTheEnd(t *testing.T) {
	onFullStage(t, func(s *stage, ledger *fullLedger) {
		s.tell("uddd")
		time.Sleep(time.Minute)
		began := time.Now()
		if err := s.halt(); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > 7*time.Second {
			t.Errorf("the program took %v to stop", took)
		}
		ledger.fill()
		s.start()
		time.Sleep(time.Minute)
		s.wantShown("-1", "bulletin down r1", "bulletin down r1") // nobody can tell any more that it had arrived
		s.wantShown("-2", "bulletin down r1")
	})
}

func TestARevokedTokenDoesNotWaitForTheLedger(t *testing.T) {
	onFullStage(t, func(s *stage, ledger *fullLedger) {
		s.chat.failWith(func(bot.Op, bot.Posting) error {
			return &bot.DeliveryError{Kind: bot.KindUnauthorised, Err: errors.New("401")}
		})
		s.tell("uddd")
		time.Sleep(time.Second)
		s.wantTrouble(bot.TroubleUnauthorised)
		if n := ledger.refusals(); n != 1 {
			t.Errorf("%d attempts to write", n)
		}
		var failed *bot.DeliveryError
		if err := s.halt(); !errors.As(err, &failed) {
			t.Errorf("the speaker ended with %v", err)
		}
		s.chat.failWith(nil)
		s.start()
	})
}
