package bot

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// notebook is what a speaker knows of its account's notes. They are routine: each leaves only when no delivery could, and
// is told at most once.
type notebook struct {
	report Reporter
	fresh  atomic.Bool // what is known of the notes is as it is written
	list   []NoteTask  // that are due, in the order in which they leave
	next   time.Time   // when the next one after them falls due; zero: none is known
}

// afterSilence is how long a note waits after a silence: what is due at its end goes first, and may make it needless.
const afterSilence = time.Minute

// routine sees to the first note that is due: it ends it, puts it off or has it sent. It returns false where there is
// none that could leave now, and when to look again (zero: no time is known).
func (s *Speaker) routine(ctx context.Context, launch func(work func() error)) (next time.Time, busy bool) {
	n := &s.notebook
	if !s.readNotes(ctx) || len(n.list) == 0 {
		return n.next, false
	}
	t, now := n.list[0], time.Now()
	limits := s.config.Notifier.Buckets(OpPost, t.To.Address)
	ready := s.pacer.Ready(limits, now)
	if ready.After(now) && ready.Sub(now) <= patience {
		return ready, false
	}
	n.list = n.list[1:]
	if len(n.list) == 0 {
		n.fresh.Store(false)
	}
	if until, silent := s.config.Quiet.Until(t.To.Silence, now); silent {
		ready = until.Add(afterSilence)
	}
	if until := s.mutedUntil(ctx, now); until.After(now) {
		ready = later(ready, until.Add(afterSilence))
	}
	switch {
	case now.After(t.Until), ready.After(t.Until):
		s.writeNote(ctx, t, func(tx Tx) error { return tx.EndNote(t.NoteKey, NoteLate) })
	case ready.After(now):
		s.retryNote(ctx, t, ready.Sub(now))
	default:
		s.tellNote(ctx, t, limits, now, launch)
	}
	return time.Time{}, true
}

// readNotes reads what is due where that is not known. It reports false where it could not.
func (s *Speaker) readNotes(ctx context.Context) bool {
	n := &s.notebook
	if s.config.Quiet == nil {
		return false
	}
	now := time.Now()
	if n.fresh.Load() && (len(n.list) > 0 || n.next.IsZero() || n.next.After(now)) {
		return true
	}
	n.fresh.Store(true) // before they are read: what is written meanwhile makes them stale
	err := s.config.Store.View(ctx, func(tx Tx) (err error) {
		n.list, n.next, err = tx.DueNotes(s.config.Account, now, agendaSize)
		return err
	})
	if err == nil {
		return true
	}
	if ctx.Err() == nil {
		s.log.Error("read the notes", "err", err)
	}
	n.list, n.next = nil, now.Add(metronomeLook)
	return false
}

// tellNote finds out what a note has to say, and has it sent where that is anything.
func (s *Speaker) tellNote(ctx context.Context, t NoteTask, limits []Bucket, now time.Time, launch func(work func() error)) {
	note, silent, worth, err := s.notebook.report.Note(ctx, t, now)
	switch {
	case err != nil:
		if ctx.Err() == nil {
			s.log.Error("find what a note says", "note", t.NoteKey, "err", err)
		}
		s.retryNote(ctx, t, backOff(t.Tries+1))
	case !worth:
		s.writeNote(ctx, t, func(tx Tx) error { return tx.EndNote(t.NoteKey, NoteNothing) })
	default:
		if posting, leaving := s.departNote(ctx, t, note, silent); leaving {
			use := s.pacer.Take(limits, time.Now())
			launch(func() error {
				defer func() { s.pacer.Drop(use, time.Now()) }()
				return s.sendNote(ctx, t, posting, use)
			})
		}
	}
}

// departNote renders a note and writes down that it is about to leave.
func (s *Speaker) departNote(ctx context.Context, t NoteTask, n Note, silent bool) (Posting, bool) {
	posting, err := s.config.Writer.WriteNote(t, n, silent)
	if err != nil {
		s.log.Error("write a note", "note", t.NoteKey, "err", err)
		s.writeNote(ctx, t, func(tx Tx) error { return tx.EndNote(t.NoteKey, NoteRefused) })
		return posting, false
	}
	departed := time.Now()
	err = s.clerk.update(ctx, func(tx Tx) error { return tx.DepartNote(t.NoteKey, departed, s.lease.Duty()) })
	if err != nil && !errors.Is(err, ErrConflict) && ctx.Err() == nil {
		s.log.Error("write a note's departure", "note", t.NoteKey, "err", err)
		pause(ctx, time.Second)
	}
	return posting, err == nil
}

// sendNote makes the only attempt at a note, unless it certainly fails. It returns an error only when the whole account
// must stop.
func (s *Speaker) sendNote(ctx context.Context, t NoteTask, posting Posting, use *Use) error {
	sending, done := s.bounded(ctx)
	defer done()
	ctx, written := lingering(ctx, parting+noting)
	defer written()
	if at := s.pacer.Left(use, time.Now()); at.After(time.Now()) || !s.lease.Valid() {
		s.retryNote(ctx, t, time.Until(at))
		return nil
	}
	receipt, err := s.config.Notifier.Post(sending, posting)
	if err == nil {
		s.pacer.Answered(use, max(len(receipt.IDs), 1), time.Now())
		s.writeNote(ctx, t, func(tx Tx) error { return tx.EndNote(t.NoteKey, NoteSent) })
		return nil
	}
	return s.failedNote(ctx, t, use, receipt, err)
}

// failedNote writes down how an attempt at a note failed. Only what certainly has not arrived is tried again.
func (s *Speaker) failedNote(ctx context.Context, t NoteTask, use *Use, r Receipt, err error) error {
	s.log.Warn("a note failed", "note", t.NoteKey, "err", err)
	failed, ok := errors.AsType[*DeliveryError](err)
	if !ok || r.Posted() {
		failed = &DeliveryError{Kind: KindUncertain, Err: err}
	}
	end, now := NoteRefused, time.Now()
	task := Task{Destination: t.To, Delivery: Delivery{Destination: t.Destination}}
	switch failed.Kind {
	case KindThrottled:
		refusal := s.pacer.Refuse(use, failed.Scope, failed.RetryAfter, now)
		s.retryNote(ctx, t, refusal.Until.Sub(now))
		return nil
	case KindTransient:
		t.Tries++
		s.retryNote(ctx, t, max(failed.RetryAfter, backOff(t.Tries)))
		return nil
	case KindMoved:
		s.follow(ctx, task, failed.MovedTo)
		t.Tries++
		s.retryNote(ctx, t, backOff(t.Tries))
		return nil
	case KindUncertain:
		end = NoteUnknown
	case KindGone:
		s.sleep(ctx, task, failed, now)
	case KindRejected:
		s.config.Trouble(Trouble{
			Kind: TroubleRejected, Account: s.config.Account, Destination: t.Destination, Detail: failed.Error(),
		})
	case KindUnauthorised:
		s.retryNote(ctx, t, 0)
		s.config.Trouble(Trouble{Kind: TroubleUnauthorised, Account: s.config.Account, Detail: failed.Error()})
		return failed
	}
	s.writeNote(ctx, t, func(tx Tx) error { return tx.EndNote(t.NoteKey, end) })
	return nil
}

// retryNote makes a note due again that has certainly not arrived.
func (s *Speaker) retryNote(ctx context.Context, t NoteTask, after time.Duration) {
	due := time.Now().Add(max(after, time.Millisecond))
	s.writeNote(ctx, t, func(tx Tx) error { return tx.PostponeNote(t.NoteKey, due, t.Tries) })
	s.notebook.fresh.Store(false)
}

// writeNote writes what becomes of a note. Where that cannot be written, an attempt that was written down is never made
// again.
func (s *Speaker) writeNote(ctx context.Context, t NoteTask, write func(Tx) error) {
	err := s.clerk.update(ctx, func(tx Tx) error {
		if err := tx.KeepDuty(s.lease.Duty()); err != nil {
			return err
		}
		return write(tx)
	})
	if err != nil && ctx.Err() == nil {
		s.log.Error("write what became of a note", "note", t.NoteKey, "err", err)
		pause(ctx, time.Second)
	}
}

// landNotes ends the notes whose only attempt was under way when a program was killed.
func (s *Speaker) landNotes(ctx context.Context) {
	err := s.clerk.update(ctx, func(tx Tx) error {
		if err := tx.KeepDuty(s.lease.Duty()); err != nil {
			return err
		}
		return tx.LandNotes(s.config.Account)
	})
	if err != nil && ctx.Err() == nil {
		s.log.Error("end the notes that were under way", "err", err)
	}
}

// WriteNote renders a note in the destination's languages.
func (w Writer) WriteNote(t NoteTask, n Note, silent bool) (Posting, error) {
	message, err := inEach(w.Renderer.Choose("", t.To.Languages), func(lang string) (Message, error) { return w.Renderer.Note(lang, n) })
	if err != nil {
		return Posting{}, fmt.Errorf("render the %s note for %s: %w", t.Kind, t.Destination, err)
	}
	return Posting{
		To: t.To.Address, Message: message, Silent: silent,
		Key: fmt.Sprintf("%s/%s/%s", t.Destination, t.Kind, t.Day),
	}, nil
}
