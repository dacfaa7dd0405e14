package notifiertest

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// pace spends the buckets that the adapter names, as the speaker does, against the platform's published limits, in
// simulated time: there must be no refusal.
func (s Subject) pace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chat := s.Chat(t, false)
		chat.Open(s.Channel)
		network := emulator.NewNetwork()
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- network.Serve(ctx, chat) }()
		client := network.Client(10 * time.Second)
		notifier := s.New(t, "http://memory", client, slog.New(slog.DiscardHandler))
		pacer := bot.NewPacer()
		var receipt bot.Receipt
		for i := range 120 {
			op := bot.OpPost
			if i%3 > 0 {
				op = bot.OpEdit
			}
			limits := notifier.Buckets(op, bot.Address{Channel: s.Channel})
			time.Sleep(time.Until(pacer.Ready(limits, time.Now())))
			use := pacer.Take(limits, time.Now())
			pacer.Left(use, time.Now())
			posting := bot.Posting{
				To: bot.Address{Channel: s.Channel}, Message: message("Avis " + itoa(i)), Key: "k" + itoa(i),
			}
			var err error
			if op == bot.OpPost {
				receipt, err = notifier.Post(ctx, posting)
			} else {
				receipt, err = notifier.Edit(ctx, receipt, posting)
			}
			if err != nil {
				t.Errorf("request %d (%s): %v", i, op, err)
			}
			pacer.Answered(use, 1, time.Now())
		}
		stop()
		client.CloseIdleConnections()
		if err := errors.Join(network.Close(), <-served); err != nil {
			t.Error(err)
		}
		for _, r := range chat.Requests() {
			if r.Refused {
				t.Errorf("%s at %v was refused", r.Method, r.At)
			}
		}
	})
}
