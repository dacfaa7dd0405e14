package checks

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

func TestTCPConnects(t *testing.T) {
	address := listen(t, func(conn net.Conn) { readRequest(conn) })
	v := check(t, Spec{URL: "tcp://" + address}, local())
	want(t, v, bot.Up, bot.ReasonNone, "")
	if v.Evidence.Address != address || v.Evidence.URL != "tcp://"+address {
		t.Errorf("evidence is %+v", v.Evidence)
	}
	want(t, check(t, Spec{URL: "tcp://" + freePort(t)}, local()), bot.Down, bot.ReasonRefused, "connection refused")
	want(t, check(t, Spec{URL: "tcp://" + crowded(t), Limits: hasty()}, local()), bot.Down, bot.ReasonTimeoutConnect, "time limit")
}

func TestTCPGreeting(t *testing.T) {
	says := func(parts ...string) string {
		return listen(t, func(conn net.Conn) {
			for _, part := range parts {
				fmt.Fprint(conn, part)
				time.Sleep(10 * time.Millisecond)
			}
			readRequest(conn) // waits for the check to hang up
		})
	}
	closes := func(text string) string {
		return listen(t, func(conn net.Conn) { fmt.Fprint(conn, text); conn.Close() })
	}
	ready := []Pattern{{Text: "prêt"}}
	full := []Pattern{{Regexp: "^421 "}}
	for _, test := range []struct {
		name, address string
		must, mustNot []Pattern
		reason        bot.Reason
		detail        string
	}{
		{"at once", says("220 Pret\r\n"), ready, full, bot.ReasonNone, ""},
		{"in parts", says("220 se", "rveur pr", "êt\r\n"), ready, nil, bot.ReasonNone, ""},
		{"forbidden", says("421 complet\r\n"), ready, full, bot.ReasonBodyForbidden, "must not appear"},
		{"nothing forbidden", says("220 bonjour\r\n"), nil, full, bot.ReasonNone, ""},
		{"another greeting", says("220 bonjour\r\n"), ready, nil, bot.ReasonBodyMissing, "not in the answer"},
		{"another greeting, closed", closes("220 bonjour\r\n"), ready, nil, bot.ReasonBodyMissing, ""},
		{"silence", says(), ready, nil, bot.ReasonTimeoutHeaders, "time limit reached (phase: headers)"},
		{"closed at once", closes(""), ready, nil, bot.ReasonReset, "closed too early"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			limits := Limits{Headers: 500 * time.Millisecond}
			v := check(t, Spec{URL: "tcp://" + test.address, MustContain: test.must, MustNotContain: test.mustNot, Limits: limits}, local())
			outcome := bot.Down
			if test.reason == bot.ReasonNone {
				outcome = bot.Up
			}
			want(t, v, outcome, test.reason, test.detail)
		})
	}
}

func TestTCPGreetingIsBounded(t *testing.T) {
	address := listen(t, func(conn net.Conn) {
		text := make([]byte, 1<<16)
		for {
			if _, err := conn.Write(text); err != nil {
				return
			}
		}
	})
	v := check(t, Spec{URL: "tcp://" + address, MustContain: []Pattern{{Text: "prêt"}}, Limits: Limits{Body: 1 << 12}}, local())
	want(t, v, bot.Down, bot.ReasonBodyMissing, "")
}
