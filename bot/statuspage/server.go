package statuspage

import (
	"net/http"
	"time"
)

// Server returns an http.Server with limits that a page read by phones on slow lines can live with and an attacker
// cannot: 5 seconds for the request's head, 10 for the whole request, 30 for the answer, a minute for an idle
// connection, and 8 KiB of head (to which net/http adds 4 KiB of its own). It is not started.
func Server(addr string, handler http.Handler) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    8 << 10,
	}
}
