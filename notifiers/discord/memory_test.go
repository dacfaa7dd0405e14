package discord_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// memory serves a handler in memory, so that it works in a synctest bubble, and returns a client for it.
func memory(t *testing.T, h http.Handler) *http.Client {
	t.Helper()
	network := emulator.NewNetwork()
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- network.Serve(ctx, h) }()
	client := network.Client(30 * time.Second)
	t.Cleanup(func() {
		client.CloseIdleConnections()
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return client
}
