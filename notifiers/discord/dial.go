package discord

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/websocket"
)

// handshakeTimeout bounds the opening of a connection to the gateway, TLS and upgrade included.
const handshakeTimeout = 15 * time.Second

// dialler returns a WebSocket dialler that opens connections as the HTTP client does (its dialler, its proxy, its TLS
// settings), and hands each one to use before it returns it to the library.
func (n *Notifier) dialler(ctx context.Context, use func(*line)) *websocket.Dialer {
	open := func(_ context.Context, network, address string, secure bool) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
		defer cancel()
		conn, err := n.dial(ctx, network, address, secure)
		if err != nil {
			return nil, err
		}
		l := newLine(conn, handshakeTimeout)
		use(l)
		return l, nil
	}
	return &websocket.Dialer{
		HandshakeTimeout: handshakeTimeout,
		NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if !n.insecure {
				return nil, errors.New("gateway address is not wss: the token would be readable on the way")
			}
			return open(ctx, network, address, false)
		},
		NetDialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return open(ctx, network, address, true)
		},
	}
}

// dial opens a connection to the gateway. The library can read along only above TLS, so TLS is set up here and not by
// the WebSocket package, and so is the way through a proxy.
func (n *Notifier) dial(ctx context.Context, network, address string, secure bool) (net.Conn, error) {
	transport := plain(n.client.Transport)
	connect := (&net.Dialer{}).DialContext
	if transport.DialContext != nil {
		connect = transport.DialContext
	}
	conn, err := n.through(ctx, transport, connect, network, address, secure)
	if err != nil || !secure {
		return conn, err
	}
	config := &tls.Config{}
	if transport.TLSClientConfig != nil {
		config = transport.TLSClientConfig.Clone()
	}
	config.NextProtos = []string{"http/1.1"}
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(address)
	}
	over := tls.Client(conn, config)
	if err := over.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, fmt.Errorf("gateway TLS: %w", err)
	}
	return over, nil
}

// plain returns the transport if it is one of net/http's, whose settings can be read, else one of our own.
func plain(t http.RoundTripper) *http.Transport {
	if t == nil {
		t = http.DefaultTransport
	}
	if known, ok := t.(*http.Transport); ok {
		return known
	}
	return &http.Transport{Proxy: http.ProxyFromEnvironment}
}

type connect func(ctx context.Context, network, address string) (net.Conn, error)

// through connects directly, or through the proxy that the client's transport names for the address.
func (n *Notifier) through(ctx context.Context, t *http.Transport, open connect, network, address string, secure bool) (net.Conn, error) {
	if t.Proxy == nil {
		return open(ctx, network, address)
	}
	target := &url.URL{Scheme: "http", Host: address}
	if secure {
		target.Scheme = "https"
	}
	proxy, err := t.Proxy(&http.Request{URL: target})
	if err != nil || proxy == nil || proxy.Scheme != "http" {
		return open(ctx, network, address)
	}
	conn, err := open(ctx, network, hostPort(proxy))
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	if err := tunnel(ctx, conn, proxy, address); err != nil {
		conn.Close()
		return nil, fmt.Errorf("proxy: %w", err)
	}
	return conn, nil
}

// tunnel asks an HTTP proxy to connect to the address.
func tunnel(ctx context.Context, conn net.Conn, proxy *url.URL, address string) error {
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	r := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	if password, ok := proxy.User.Password(); ok {
		word := base64.StdEncoding.EncodeToString([]byte(proxy.User.Username() + ":" + password))
		r.Header.Set("Proxy-Authorization", "Basic "+word)
	}
	if err := r.Write(conn); err != nil {
		return err
	}
	// The proxy says nothing more before we do, so the reader holds nothing back.
	answer, err := http.ReadResponse(bufio.NewReader(conn), r) //nolint:bodyclose // its body is the tunnel
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %d", answer.StatusCode)
	}
	return nil
}

func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	return net.JoinHostPort(u.Hostname(), "80")
}
