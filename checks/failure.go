package checks

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/panneau-ecole/panneau/bot"
)

// errTooLarge is a body over the limit.
var errTooLarge = errors.New("the body is over the size limit")

// failure is what an error amounts to. The detail is made of our own words, of numbers and of what certificates say:
// the text of an error may hold an address with its query, or a header.
type failure struct {
	outcome bot.Outcome
	reason  bot.Reason
	detail  string
	expiry  time.Time // of the certificate, where there was one
}

// classify finds out why a run failed. Each step knows one family of errors and returns the zero failure for others.
func classify(parent, ctx context.Context, p *progress, err error) failure {
	if stopped(parent) {
		return failure{outcome: bot.Unknown, reason: bot.ReasonCancelled, detail: "the run was stopped"}
	}
	steps := []func() failure{
		func() failure { return lateFailure(context.Cause(ctx)) },
		func() failure { return ownFailure(err) },
		func() failure { return redirectFailure(err) },
		func() failure { return dnsFailure(err) },
		func() failure { return tlsFailure(err) },
		func() failure { return connectionFailure(err, p.in()) },
	}
	for _, step := range steps {
		if f := step(); f.reason != "" {
			return f
		}
	}
	if p.in() == connecting {
		return down(bot.ReasonReset, "the connection failed")
	}
	return down(bot.ReasonReset, "the answer is not valid HTTP")
}

// verdict is the failure as a verdict, with what the run saw.
func (f failure) verdict(p *progress) bot.Verdict {
	v := verdict(f.outcome, f.reason, f.detail)
	p.witness(&v.Evidence)
	if !f.expiry.IsZero() {
		v.Evidence.TLSExpiry, v.Evidence.TLSHost = f.expiry, p.asked()
	}
	return v
}

// stopped reports whether a run was ended from outside. A deadline that a connection inherits may be felt there a moment
// before the context knows.
func stopped(parent context.Context) bool {
	deadline, limited := parent.Deadline()
	return parent.Err() != nil || limited && !time.Now().Before(deadline)
}

func down(reason bot.Reason, detail string) failure {
	return failure{outcome: bot.Down, reason: reason, detail: detail}
}

func lateFailure(cause error) failure {
	var late *lateError
	switch {
	case !errors.As(cause, &late):
		return failure{}
	case late.resolving:
		return down(bot.ReasonDNS, "resolver did not answer within the limit")
	}
	reasons := map[phase]bot.Reason{
		connecting: bot.ReasonTimeoutConnect, waiting: bot.ReasonTimeoutHeaders, reading: bot.ReasonTimeoutBody,
	}
	return down(reasons[late.phase], late.Error())
}

// ownFailure knows what says more about us than about the target. An address that may not be connected to is of that
// sort: a public name that leads into a private network means a captive portal, a filter or a name server of our own.
func ownFailure(err error) failure {
	unknown := func(reason bot.Reason, detail string) failure {
		return failure{outcome: bot.Unknown, reason: reason, detail: detail}
	}
	var refused *AddressError
	var lacking *familyError
	var cut *routeError
	switch {
	case errors.As(err, &refused):
		return unknown(bot.ReasonOwnNetwork, refused.Error())
	case errors.As(err, &lacking):
		return unknown(bot.ReasonNoFamily, lacking.Error())
	case errors.As(err, &cut):
		return unknown(bot.ReasonOwnNetwork, cut.Error())
	case errors.Is(err, errTooLarge):
		return unknown(bot.ReasonBodyTooLarge, err.Error())
	}
	for _, errno := range []syscall.Errno{
		syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL, syscall.EACCES,
		syscall.EPERM, syscall.ENETDOWN,
	} {
		if errors.Is(err, errno) {
			return unknown(bot.ReasonOwnNetwork, "this machine could not connect: "+errno.Error())
		}
	}
	return failure{}
}

func redirectFailure(err error) failure {
	for _, known := range []error{errTooManyRedirects, errRedirectLoop, errRedirectTarget} {
		if errors.Is(err, known) {
			return down(bot.ReasonRedirect, known.Error())
		}
	}
	// net/http has no type for a Location header that is not an address.
	if strings.Contains(err.Error(), "failed to parse Location header") {
		return down(bot.ReasonRedirect, errRedirectTarget.Error())
	}
	return failure{}
}

func dnsFailure(err error) failure {
	var dns *net.DNSError
	switch {
	case !errors.As(err, &dns):
		return failure{}
	case dns.IsNotFound:
		return down(bot.ReasonDNS, "no such name (NXDOMAIN or no address)")
	case dns.IsTimeout:
		return down(bot.ReasonDNS, "resolver did not answer")
	}
	return down(bot.ReasonDNS, "resolver failed to answer (SERVFAIL or unreadable)")
}

func tlsFailure(err error) failure {
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.As(err, &verification):
		return certificateFailure(verification)
	case errors.As(err, &record):
		return down(bot.ReasonTLS, "the server does not speak TLS")
	case errors.Is(err, http.ErrSchemeMismatch):
		return down(bot.ReasonTLS, "the server answers http on an https port")
	case errors.As(err, &alert):
		return down(bot.ReasonTLS, "the server ended the handshake: "+alert.Error())
	case strings.Contains(err.Error(), "tls: "): // crypto/tls has no types for what it finds wrong itself
		return down(bot.ReasonTLS, "TLS handshake failed")
	}
	return failure{}
}

// certificateFailure tells the failures of verification apart.
func certificateFailure(err *tls.CertificateVerificationError) failure {
	f := down(bot.ReasonTLS, "the certificate is not valid")
	if len(err.UnverifiedCertificates) == 0 {
		return f
	}
	leaf := err.UnverifiedCertificates[0]
	f.expiry = leaf.NotAfter
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		f.reason = bot.ReasonTLSExpired
		f.detail = fmt.Sprintf("certificate valid from %s to %s", invalid.Cert.NotBefore.UTC().Format(time.DateTime),
			invalid.Cert.NotAfter.UTC().Format(time.DateTime))
		f.expiry = invalid.Cert.NotAfter
	case errors.As(err, new(x509.HostnameError)):
		f.reason = bot.ReasonTLSHost
		f.detail = "certificate is for " + cmp.Or(strings.Join(leaf.DNSNames, ", "), leaf.Subject.CommonName, "no name")
	case errors.As(err, new(x509.UnknownAuthorityError)):
		f.detail = unknownAuthority(err.UnverifiedCertificates)
	}
	return f
}

// unknownAuthority hints at the mistake that most browsers forgive: the certificate between site and authority is not
// sent.
func unknownAuthority(chain []*x509.Certificate) string {
	leaf := chain[0]
	switch {
	case leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil:
		return "the certificate is signed by itself"
	case len(chain) == 1:
		return fmt.Sprintf("the certificate's issuer is unknown and not sent along: %s", leaf.Issuer.CommonName)
	}
	return fmt.Sprintf("the certificate's authority is unknown: %s", chain[len(chain)-1].Issuer.CommonName)
}

func connectionFailure(err error, in phase) failure {
	var network net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return down(bot.ReasonRefused, "connection refused")
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return down(bot.ReasonUnreachable, "no route to the host")
	case errors.Is(err, syscall.ETIMEDOUT), in == connecting && errors.As(err, &network) && network.Timeout():
		return down(bot.ReasonTimeoutConnect, "the system's time limit for a connection was reached")
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED):
		return down(bot.ReasonReset, fmt.Sprintf("connection reset (phase: %s)", in))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return down(bot.ReasonReset, fmt.Sprintf("connection closed too early (phase: %s)", in))
	case in == reading:
		return down(bot.ReasonReset, "the answer cannot be read to its end")
	}
	return failure{}
}

// longestDetail bounds a detail, in characters.
const longestDetail = 300

// bounded makes a detail fit for logs: one line of printable characters, not too long.
func bounded(detail string) string {
	printable := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, detail)
	if runes := []rune(printable); len(runes) > longestDetail {
		return string(runes[:longestDetail-1]) + "…"
	}
	return printable
}
