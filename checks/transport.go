package checks

import (
	"crypto/tls"
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
// gets in. A proxy from the environment is not used either.
func newTransport(env Env, spec Spec) *http.Transport {
	c := env.connector(spec)
	return &http.Transport{
		DialContext:            c.dial,
		TLSClientConfig:        env.tlsConfig(""),
		TLSHandshakeTimeout:    c.dialer.Timeout,
		ForceAttemptHTTP2:      true,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: maxHeaders,
		WriteBufferSize:        requestBuffer,
	}
}

// tlsConfig is how connections are secured. An empty name is that of the request.
func (e Env) tlsConfig(serverName string) *tls.Config {
	return &tls.Config{RootCAs: e.Roots, MinVersion: tls.VersionTLS12, ServerName: serverName}
}
