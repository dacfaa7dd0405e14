package checks

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// everyReason lists each reason with the outcome that it comes with.
func everyReason() []bot.Verdict {
	var list []bot.Verdict
	add := func(outcome bot.Outcome, reasons ...bot.Reason) {
		for _, reason := range reasons {
			list = append(list, bot.Verdict{Outcome: outcome, Reason: reason})
		}
	}
	add(bot.Up, bot.ReasonNone)
	add(bot.Slow, bot.ReasonSlow)
	add(bot.Down, bot.ReasonDNS, bot.ReasonRefused, bot.ReasonReset, bot.ReasonUnreachable, bot.ReasonTimeoutConnect,
		bot.ReasonTimeoutHeaders, bot.ReasonTimeoutBody, bot.ReasonTLSExpired, bot.ReasonTLSHost, bot.ReasonTLS,
		bot.ReasonServerError, bot.ReasonHTTPStatus, bot.ReasonRedirect, bot.ReasonBodyMissing, bot.ReasonBodyForbidden,
		bot.ReasonQuotaPage, bot.ReasonVerySlow, bot.ReasonMaintenance, bot.ReasonClosed, bot.ReasonLoginPath, bot.ReasonDNSAnswer,
		bot.ReasonNoEcho)
	add(bot.Unknown, bot.ReasonDNSDiffers, bot.ReasonNoFamily, bot.ReasonNotPermitted, bot.ReasonBodyTooLarge, bot.ReasonBlockedUs, bot.ReasonOwnNetwork, bot.ReasonCancelled, "inconnue")
	return list
}

func TestExplainEveryReason(t *testing.T) {
	var b strings.Builder
	for _, v := range everyReason() {
		fmt.Fprintf(&b, "--- %s/%s\n%s", v.Outcome, v.Reason, Explain(v))
	}
	golden(t, "explain.txt", b.String())
	if known := len(meanings()); known != len(everyReason())-1 {
		t.Errorf("%d reasons are explained, %d are known to this test", known, len(everyReason())-1)
	}
}

func TestExplainEvidence(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	v := bot.Verdict{
		At: time.Date(2026, 12, 1, 8, 5, 12, 0, paris), Outcome: bot.Down, Reason: bot.ReasonQuotaPage,
		Evidence: bot.Evidence{
			URL: "https://ent.exemple.fr/accueil", Status: 503, Latency: 234 * time.Millisecond, Address: "[2001:db8::1]:443",
			Step: "Se connecter", TLSHost: "ent.exemple.fr:443",
			TLSExpiry: time.Date(2027, 1, 31, 23, 30, 0, 0, time.UTC), Matched: "nous avons limité le temps des sessions",
			Signature: "quota-session", RetryIn: 2 * time.Minute, Detail: "status 503 Service Unavailable",
		},
	}
	golden(t, "explain-evidence.txt", Explain(v))
}
