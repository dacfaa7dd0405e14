package discord_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
)

// tlsStranger serves with a certificate of its own and returns its address.
func tlsStranger(t *testing.T) string {
	t.Helper()
	web := httptest.NewUnstartedServer(http.NotFoundHandler())
	web.Config.ErrorLog = log.New(io.Discard, "", 0)
	web.StartTLS()
	t.Cleanup(web.Close)
	return web.Listener.Addr().String()
}
