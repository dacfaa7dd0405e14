package emulator

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Network is a network in memory with one server on it, for tests in a bubble of simulated time, where a real socket
// would hold the clock. It is a net.Listener for the server; clients dial it whatever address they ask for.
type Network struct {
	arrivals chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

// NewNetwork returns a network that nobody listens on yet.
func NewNetwork() *Network {
	return &Network{arrivals: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept implements net.Listener.
func (n *Network) Accept() (net.Conn, error) {
	select {
	case conn := <-n.arrivals:
		return conn, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (n *Network) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

// Addr implements net.Listener.
func (n *Network) Addr() net.Addr { return address{} }

type address struct{}

func (address) Network() string { return "memory" }
func (address) String() string  { return "memory" }

// errNobody is what a client meets when the server is gone.
var errNobody = errors.New("nobody listens on the network in memory")

// Dial connects a client to the server.
func (n *Network) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case n.arrivals <- server:
		return client, nil
	case <-n.closed:
		return nil, &net.OpError{Op: "dial", Net: "memory", Err: errNobody}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Client returns an HTTP client on the network. Close its idle connections before the bubble ends.
func (n *Network) Client(timeout time.Duration) *http.Client {
	return &http.Client{Timeout: timeout, Transport: &http.Transport{DialContext: n.Dial, MaxIdleConnsPerHost: 64}}
}

// Serve serves the chat on the network until ctx ends or the network is closed.
func (n *Network) Serve(ctx context.Context, chat http.Handler) error {
	server := &http.Server{Handler: chat, ReadHeaderTimeout: time.Minute}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // its error is that of closing the network in memory: none
	defer stop()
	err := server.Serve(n)
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
