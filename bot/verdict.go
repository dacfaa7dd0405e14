package bot

import (
	"context"
	"fmt"
	"time"
)

// CheckID names one recurring probe: "pronote/accueil".
type CheckID string

// Checker is one probe of one target. A target that cannot be reached is a verdict, not an error; so is a context that
// ends (an Unknown verdict with ReasonCancelled).
type Checker interface {
	Check(ctx context.Context) Verdict
}

// Verdict is what one run of a check found.
type Verdict struct {
	Check    CheckID    // set by whoever runs the check
	Platform PlatformID // set by whoever runs the check
	Vantage  string     // the place it ran from; set by whoever runs the check
	At       time.Time  // when the run started
	Outcome  Outcome
	Reason   Reason // why, when the outcome is not Up
	Evidence Evidence
	// Overtook is how many runs that began before this one, and took too long, had not answered when it did; set by
	// whoever runs the check, and not kept. If this one is good they are lost: stopped, without a verdict.
	Overtook int
}

// Outcome is the short form of a verdict. The zero value is Unknown: nothing is claimed that was not seen.
type Outcome uint8

// The outcomes.
const (
	Unknown Outcome = iota // nothing can be said of the target
	Up                     // answers as it should
	Slow                   // answers as it should, but late
	Down                   // does not answer as it should
)

var outcomeNames = [...]string{Unknown: "unknown", Up: "up", Slow: "slow", Down: "down"}

// String returns the word used in tables and logs.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return fmt.Sprintf("Outcome(%d)", uint8(o))
}

// MarshalText writes the outcome as its word.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads the word that MarshalText wrote.
func (o *Outcome) UnmarshalText(text []byte) error {
	for i, name := range outcomeNames {
		if name == string(text) {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("unknown outcome %q", text)
}

// Bad reports whether the outcome speaks against the platform.
func (o Outcome) Bad() bool { return o == Slow || o == Down }

// Reason is why a verdict is not Up. Each value is a word of tables, logs and the catalogue's signatures.
type Reason string

// The reasons. Those of a Down or Slow verdict come first, those of an Unknown one last.
const (
	ReasonNone           Reason = ""
	ReasonDNS            Reason = "dns"             // the name does not resolve
	ReasonDNSAnswer      Reason = "dns_answer"      // the name resolves to something else than it should
	ReasonRefused        Reason = "refused"         // connection refused
	ReasonReset          Reason = "reset"           // connection closed or reset before the answer was complete
	ReasonUnreachable    Reason = "unreachable"     // no route to the host or network
	ReasonTimeoutConnect Reason = "timeout_connect" // no connection (TCP or TLS) within the limit
	ReasonTimeoutHeaders Reason = "timeout_headers" // connected, no answer within the limit
	ReasonTimeoutBody    Reason = "timeout_body"    // the answer began and never ended
	ReasonNoEcho         Reason = "no_echo"         // no answer to ICMP echo requests (ping)
	ReasonTLSExpired     Reason = "tls_expired"     // the certificate is out of date
	ReasonTLSHost        Reason = "tls_host"        // the certificate is for another name
	ReasonTLS            Reason = "tls"             // any other TLS failure: unknown authority, no common protocol…
	ReasonServerError    Reason = "server_error"    // status 500 to 599
	ReasonHTTPStatus     Reason = "http_status"     // any other status that is not accepted
	ReasonRedirect       Reason = "redirect"        // too many redirects, or one that leads nowhere
	ReasonBodyMissing    Reason = "body_missing"    // a text that must appear does not
	ReasonBodyForbidden  Reason = "body_forbidden"  // a text that must not appear does
	ReasonBodyTooLarge   Reason = "body_too_large"  // the answer is over the size limit
	ReasonQuotaPage      Reason = "quota_page"      // a page, often with status 200, that turns people away for lack of room
	ReasonMaintenance    Reason = "maintenance_page"
	ReasonClosed         Reason = "closed"     // a page that says the service is closed (summer, between two openings)
	ReasonLoginPath      Reason = "login_path" // the page is up, the way to its login is not
	ReasonSlow           Reason = "slow"
	ReasonVerySlow       Reason = "very_slow" // answers as it should, but many times later than is usual for it

	ReasonBlockedUs    Reason = "blocked_us"    // the target refuses us (403, 429, captcha, suspended address), not families
	ReasonOwnNetwork   Reason = "own_network"   // our own line is down
	ReasonDNSDiffers   Reason = "dns_differs"   // some resolvers find the name, others do not: it depends on where one asks
	ReasonNoFamily     Reason = "no_family"     // the target has no address of the family (IPv4, IPv6) that was asked for
	ReasonNotPermitted Reason = "not_permitted" // this system does not let us make this check
	ReasonCancelled    Reason = "cancelled"     // the run was stopped before it could tell

	ReasonHalted Reason = "halted" // of no verdict: an operator has stopped the checks
	ReasonStated Reason = "stated" // of no verdict: an operator says so, and no check sees it
)

// Condition is what the reason amounts to for a person who wants to use the platform.
func (r Reason) Condition() Condition {
	switch r {
	case ReasonNone:
		return Normal
	case ReasonSlow:
		return Slowed
	case ReasonQuotaPage, ReasonVerySlow:
		return Saturated
	case ReasonMaintenance:
		return Maintenance
	case ReasonClosed:
		return Closed
	case ReasonLoginPath:
		return LoginImpossible
	case ReasonBlockedUs, ReasonOwnNetwork, ReasonDNSDiffers, ReasonNoFamily, ReasonNotPermitted, ReasonCancelled, ReasonHalted:
		return Unverifiable
	default:
		return Unreachable
	}
}

// Evidence is what was seen, for people who want to know (staff) and for the record. It never holds secrets, cookies
// or page bodies, only the words that matched.
type Evidence struct {
	URL       string        `json:"url,omitempty"`       // the address asked last, after redirects, without query
	Step      string        `json:"step,omitempty"`      // the page of several at which the check stopped
	Status    int           `json:"status,omitempty"`    // HTTP status; 0 when no answer came
	Latency   time.Duration `json:"latency,omitempty"`   // from start to the end of the run, nanoseconds in JSON
	Address   string        `json:"address,omitempty"`   // IP address and port that answered or failed
	TLSExpiry time.Time     `json:"tls_expiry,omitzero"` // end of validity of the certificates seen, the first to end
	TLSHost   string        `json:"tls_host,omitempty"`  // the name and port that sent that certificate
	Matched   string        `json:"matched,omitempty"`   // the text that decided, as it stands in the signature
	Signature string        `json:"signature,omitempty"` // the id of the catalogue's signature that matched
	RetryIn   time.Duration `json:"retry_in,omitempty"`  // what the target's Retry-After asks for
	Detail    string        `json:"detail,omitempty"`    // the technical error, in English, for staff and logs
}
