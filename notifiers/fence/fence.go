// Package fence keeps requests from leaving whose sender has lost the right to speak.
package fence

import (
	"context"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/panneau-ecole/panneau/bot"
)

// Transport asks [bot.MayLeave] for each request, at the last moment that net/http offers: its head is written, into
// the buffer, and its body and the system call come next. The hook for that moment cannot refuse: it hangs up.
type Transport struct{ Next http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (t Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	var conn atomic.Pointer[net.Conn]
	return t.Next.RoundTrip(r.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:      func(info httptrace.GotConnInfo) { conn.Store(&info.Conn) },
		WroteHeaders: func() { check(ctx, conn.Load()) },
	})))
}

func check(ctx context.Context, conn *net.Conn) {
	if conn != nil && !bot.MayLeave(ctx) {
		_ = (*conn).Close() // what else is on it, by HTTP/2, ends with the lease too
	}
}
