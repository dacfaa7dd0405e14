package bot_test

import (
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// shows is a good verdict with a certificate that ends at a time.
func shows(host string, expiry time.Time) bot.Verdict {
	return bot.Verdict{
		Check: "ent/a", Platform: "ent", At: time.Now(), Outcome: bot.Up,
		Evidence: bot.Evidence{TLSHost: host, TLSExpiry: expiry},
	}
}

func (s *stage) shown(v bot.Verdict) {
	s.t.Helper()
	if _, err := s.watch.Observe(s.t.Context(), v); err != nil {
		s.t.Fatal(err)
	}
}

// days lists the steps that the operator was warned of.
func (s *stage) days() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []int
	for _, trouble := range s.trouble {
		list = append(list, trouble.Certificate.Days)
	}
	return list
}

func TestCertificateIsWarnedOfOncePerStep(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		expiry := time.Now().Add(30 * 24 * time.Hour)
		for hour := range 31 * 24 {
			v := shows("ent.exemple.fr:443", expiry)
			v.At = v.At.Add(time.Duration(hour) * time.Hour)
			s.shown(v)
			if hour%100 == 0 { // a restart forgets nothing
				s.restart()
			}
		}
		s.wantTrouble(bot.TroubleCertificate, bot.TroubleCertificate, bot.TroubleCertificate)
		if got := s.days(); len(got) != 3 || got[0] != 21 || got[1] != 7 || got[2] != 1 {
			t.Errorf("warned at %v days", got)
		}
		if warning := s.trouble[0].Certificate; warning.Host != "ent.exemple.fr:443" || warning.Platform != "ent" || !warning.Expiry.Equal(expiry) {
			t.Errorf("the warning is %+v", warning)
		}
		s.wantShown("-1")
	})
}

func TestCertificateFirstSeenLateIsWarnedOfOnce(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		late := time.Now().Add(5 * 24 * time.Hour)
		other := late.Add(time.Hour) // the name's second server sends another one
		for range 3 {
			s.shown(shows("ent.exemple.fr:443", late))
			s.shown(shows("ent.exemple.fr:443", other))
			s.shown(shows("cas.exemple.fr:443", late))
			s.restart()
		}
		if got := s.days(); len(got) != 3 || got[0] != 7 || got[1] != 7 || got[2] != 7 {
			t.Errorf("warned at %v days, want 7 three times", got)
		}
		s.shown(shows("ent.exemple.fr:443", late.Add(90*24*time.Hour))) // renewed
		if got := s.days(); len(got) != 3 {
			t.Errorf("a renewed certificate is warned of: %v", got)
		}
	})
}

// TestCertificateOfSomebodyElseIsNotWarnedOf: what was refused may be a captive portal's.
func TestCertificateOfSomebodyElseIsNotWarnedOf(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		soon := time.Now().Add(time.Hour)
		refused := shows("ent.exemple.fr:443", soon)
		refused.Outcome, refused.Reason = bot.Down, bot.ReasonTLSHost
		unknown := shows("ent.exemple.fr:443", soon)
		unknown.Outcome, unknown.Reason = bot.Unknown, bot.ReasonBlockedUs
		s.shown(refused)
		s.shown(unknown)
		s.shown(shows("ent.exemple.fr:443", time.Now().Add(-time.Hour)))
		s.wantTrouble(bot.TroubleBlocked)
	})
}
