package checks

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"time"
)

// maxHeaders bounds the headers of an answer, in bytes.
const maxHeaders = 256 << 10

// requestBuffer is room for a request of ours, in bytes. Every run has one of its own.
const requestBuffer = 1 << 10

// linger is how much longer than the run's own limit an attempt to connect may last: net/http goes on dialling after
// its request has ended, for the sake of a later one.
const linger = 100 * time.Millisecond

// newTransport opens a connection for every request and never keeps one: what counts is whether somebody who comes now
// gets in. A proxy from the environment is not used either. Every run has one of its own: it takes 5 µs to make, and the
// 2 kB that net/http fills it with are not held while thousands of checks wait for their next run.
func (c *httpCheck) newTransport() *http.Transport {
	return &http.Transport{
		DialContext:            c.connect.dial,
		TLSClientConfig:        tlsConfig(c.roots, ""),
		TLSHandshakeTimeout:    c.connect.dialer.Timeout,
		ForceAttemptHTTP2:      true,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: maxHeaders,
		WriteBufferSize:        requestBuffer,
	}
}

// tlsConfig is how connections are secured. No roots are the system's; an empty name is that of the request.
func tlsConfig(roots *x509.CertPool, serverName string) *tls.Config {
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, ServerName: serverName}
}
