package bot

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// TroubleCertificate is a certificate that is about to run out. The site works: families never hear of it.
const TroubleCertificate TroubleKind = "certificate"

// CertificateWarning is what an operator is told of a certificate, once for each of 21, 7 and 1 days ahead.
type CertificateWarning struct {
	Platform PlatformID // one of those that the certificate's server belongs to
	Host     string     // name and port of the server
	Expiry   time.Time
	Days     int // how many days ahead, at most
}

// certificateDays are the days ahead at which to warn, the most urgent first: three weeks leave time to ask the
// platform's owner, a day only to get ready.
func certificateDays() []int { return []int{1, 7, 21} }

// certificateWarning finds the most urgent warning that a verdict gives cause for. Only certificates that were accepted
// count: one that was refused may be that of anybody in between.
func certificateWarning(v Verdict) (CertificateWarning, bool) {
	e := v.Evidence
	if v.Outcome != Up && v.Outcome != Slow || e.TLSExpiry.IsZero() || e.TLSHost == "" {
		return CertificateWarning{}, false
	}
	for _, days := range certificateDays() {
		if left := e.TLSExpiry.Sub(v.At); left > 0 && left <= time.Duration(days)*24*time.Hour {
			return CertificateWarning{Platform: v.Platform, Host: e.TLSHost, Expiry: e.TLSExpiry, Days: days}, true
		}
	}
	return CertificateWarning{}, false
}

// warned remembers what is written down already, so that not every verdict costs a transaction.
type warned struct {
	mu   sync.Mutex
	days map[certificate]int
}

type certificate struct {
	host   string
	expiry int64 // milliseconds, as the store keeps it
}

// before reports whether a warning as urgent is known to be written down.
func (k *warned) before(w CertificateWarning) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	days, known := k.days[certificate{w.Host, w.Expiry.UnixMilli()}]
	return known && days <= w.Days
}

func (k *warned) keep(w CertificateWarning) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.days == nil {
		k.days = make(map[certificate]int)
	}
	k.days[certificate{w.Host, w.Expiry.UnixMilli()}] = w.Days
}

// warn tells the operator of a certificate that is about to run out, unless that was told before, by this process or
// another one.
func (w *Watch) warn(ctx context.Context, v Verdict) {
	warning, due := certificateWarning(v)
	if e := v.Evidence; !due && e.TLSHost != "" && e.TLSExpiry.After(v.At) && (v.Outcome == Up || v.Outcome == Slow) {
		w.tell(Trouble{Kind: TroubleCertificate, Certificate: CertificateWarning{Host: e.TLSHost}, Over: true})
	}
	if !due || w.config.Trouble == nil || w.warned.before(warning) {
		return
	}
	news := false
	err := w.config.Store.Update(ctx, func(tx Tx) error {
		if err := tx.KeepDuty(w.lease.Duty()); err != nil {
			return err
		}
		var err error
		news, err = tx.WarnOfCertificate(warning)
		return err
	})
	if err != nil { // tried again with the next verdict
		w.config.Logger.Error("write a certificate's warning", "host", warning.Host, "err", err)
		return
	}
	w.warned.keep(warning)
	if news {
		w.config.Trouble(Trouble{
			Kind: TroubleCertificate, Certificate: warning, Step: int64(warning.Days),
			Detail: fmt.Sprintf("certificate of %s valid until %s", warning.Host, warning.Expiry.UTC().Format(time.RFC3339)),
		})
	}
}
