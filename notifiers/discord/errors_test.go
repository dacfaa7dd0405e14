package discord_test

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/discord"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/discord"
)

func TestErrorsOfTheAPI(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*stage)
		post bot.ErrorKind
		edit bot.ErrorKind
	}{
		{"kicked", func(s *stage) { s.Kick(channel) }, bot.KindGone, bot.KindGone},
		{"removed", func(s *stage) { s.Remove(channel) }, bot.KindGone, bot.KindGone},
		{"forbidden", func(s *stage) { s.Forbid(channel) }, bot.KindGone, bot.KindGone},
		{"muted", func(s *stage) { s.Mute(channel) }, bot.KindGone, ""},
		{"revoked", func(s *stage) { s.Revoke() }, bot.KindUnauthorised, bot.KindUnauthorised},
		{"erased", func(s *stage) { s.Erase(channel, s.Shown(channel)[0].ID) }, "", bot.KindMissing},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, emulated.Options{}, nil)
			r, err := s.n.Post(t.Context(), posting(bulletin()))
			if err != nil {
				t.Fatal(err)
			}
			c.do(s)
			_, err = s.n.Edit(t.Context(), r, posting(bulletin()))
			checkKind(t, "edit", err, c.edit)
			p := posting(bulletin())
			p.Key = "another"
			_, err = s.n.Post(t.Context(), p)
			checkKind(t, "post", err, c.post)
		})
	}
}

func checkKind(t *testing.T, what string, err error, kind bot.ErrorKind) {
	t.Helper()
	if kind == "" {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		return
	}
	wantKind(t, err, kind)
}

// A code that only the API itself gives, with the status that goes with it.
func TestErrorCodes(t *testing.T) {
	for code, kind := range map[int]bot.ErrorKind{
		10003: bot.KindGone, 10004: bot.KindGone, 50001: bot.KindGone, 50013: bot.KindGone, 50007: bot.KindGone,
		50008: bot.KindGone, 50024: bot.KindGone, 50083: bot.KindGone, 160005: bot.KindGone, 40007: bot.KindGone,
		50005: bot.KindTransient, 10008: bot.KindTransient, // of a post: a nonce that is still remembered
		50035: bot.KindRejected, 50006: bot.KindRejected, 40005: bot.KindRejected, 200000: bot.KindRejected,
		20009: bot.KindRejected, 50109: bot.KindRejected, 240000: bot.KindRejected,
		40001: bot.KindUnauthorised, 40002: bot.KindUnauthorised, 50014: bot.KindUnauthorised,
		20016: bot.KindThrottled, 20028: bot.KindThrottled, 20029: bot.KindThrottled, 40333: bot.KindThrottled,
		20022: bot.KindTransient, 30046: bot.KindTransient, 130000: bot.KindTransient,
		99999: bot.KindRejected, // not listed: the status decides
	} {
		s := newStage(t, emulated.Options{}, nil)
		s.Inject(emulator.Fault{Kind: emulator.Answer, Status: 400,
			Body: fmt.Sprintf(`{"message": "words of Discord", "code": %d}`, code)})
		_, err := s.n.Post(t.Context(), posting(bulletin()))
		e := wantKind(t, err, kind)
		if !strings.Contains(e.Error(), "words of Discord") || !strings.Contains(e.Error(), fmt.Sprint(code)) {
			t.Errorf("code %d: the error does not say so: %v", code, e)
		}
		if waits := kind == bot.KindThrottled || kind == bot.KindTransient; waits != (e.RetryAfter > 0) {
			t.Errorf("code %d: retry after %s", code, e.RetryAfter)
		}
	}
}

// Every status that a server may answer maps to one kind, for a post and for an edit, with a page and with JSON.
func TestEveryStatus(t *testing.T) {
	s := newStage(t, emulated.Options{Unlimited: true}, nil)
	r, err := s.n.Post(t.Context(), posting(bulletin()))
	if err != nil {
		t.Fatal(err)
	}
	for status := 300; status < 600; status++ {
		for _, body := range []string{"<html>front</html>", fmt.Sprintf(`{"message":"%d: x","code":0}`, status)} {
			for _, edit := range []bool{false, true} {
				s.Inject(emulator.Fault{Kind: emulator.Answer, Status: status, Body: body})
				if edit {
					_, err = s.n.Edit(t.Context(), r, posting(bulletin()))
				} else {
					_, err = s.n.Post(t.Context(), posting(bulletin()))
				}
				e := wantKind(t, err, expected(status, body[0] == '{', edit))
				if status == http.StatusTooManyRequests && e.RetryAfter <= 0 {
					t.Errorf("%d: no time to wait", status)
				}
			}
		}
	}
}

func expected(status int, json, edit bool) bot.ErrorKind {
	switch {
	case status == 401:
		return bot.KindUnauthorised
	case status == 403 && json:
		return bot.KindGone
	case status == 403, status == 429:
		return bot.KindThrottled
	case status >= 500:
		return bot.KindUncertain
	case status < 400, status == 404, status == 405, status == 408, status == 409, status == 425, !json:
		return bot.KindTransient
	default:
		return bot.KindRejected
	}
}

func TestFaultsOfTheTransport(t *testing.T) {
	for _, kind := range []emulator.FaultKind{
		emulator.CutBefore, emulator.CutAfter, emulator.CutBody, emulator.Garbage,
	} {
		s := newStage(t, emulated.Options{}, nil)
		s.Inject(emulator.Fault{Kind: kind})
		_, err := s.n.Post(t.Context(), posting(bulletin()))
		wantKind(t, err, bot.KindUncertain)
		if n := len(s.Requests()); n != 1 {
			t.Errorf("%s: %d requests, want no retry", kind, n)
		}
	}
}

func TestNothingLeft(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	for _, address := range []string{
		"http://" + l.Addr().String(), // refused
		"https://" + tlsStranger(t),   // a certificate that nobody vouches for
	} {
		n, err := discord.New(discord.Config{Token: token, APIURL: address})
		if err != nil {
			t.Fatal(err)
		}
		_, err = n.Post(t.Context(), posting(bulletin()))
		wantKind(t, err, bot.KindTransient)
	}
}

func TestThrottled(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault emulator.Fault
		scope string
		wait  time.Duration
	}{
		{"route", emulator.Fault{Kind: emulator.Throttle, Wait: 2500 * time.Millisecond}, "post:" + channel, 2500 * time.Millisecond},
		{"shared", emulator.Fault{Kind: emulator.Throttle, Wait: 30 * time.Second, Scope: "shared"}, "post:" + channel, 30 * time.Second},
		{"global", emulator.Fault{Kind: emulator.Throttle, Wait: 65 * time.Second, Scope: "global"}, "global", 65 * time.Second},
		{"cloudflare", emulator.Fault{Kind: emulator.Answer, Status: 429}, "global", 10 * time.Minute},
		{"cloudflare 403", emulator.Fault{Kind: emulator.Answer, Status: 403}, "global", 10 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, emulated.Options{}, nil)
			s.Inject(c.fault)
			_, err := s.n.Post(t.Context(), posting(bulletin()))
			e := wantKind(t, err, bot.KindThrottled)
			if e.Scope != c.scope || e.RetryAfter < c.wait || e.RetryAfter > c.wait+time.Second {
				t.Errorf("scope %q, retry after %s; want %q, %s", e.Scope, e.RetryAfter, c.scope, c.wait)
			}
		})
	}
}

func TestSecretsAreNeverShown(t *testing.T) {
	var log strings.Builder
	s := newStage(t, emulated.Options{Unlimited: true}, func(c *discord.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	echo := fmt.Sprintf(`{"message": "bad Authorization: Bot %s", "code": 0}`, token)
	for _, f := range []emulator.Fault{
		{Kind: emulator.CutBefore}, {Kind: emulator.CutAfter}, {Kind: emulator.CutBody}, {Kind: emulator.Garbage},
		{Kind: emulator.Answer, Status: 400, Body: echo}, {Kind: emulator.Answer, Status: 502, Body: token},
		{Kind: emulator.Answer, Status: 401}, {Kind: emulator.Throttle, Wait: time.Second},
	} {
		s.Inject(f)
		_, err := s.n.Post(t.Context(), posting(bulletin()))
		if err == nil {
			t.Errorf("%s: no error", f.Kind)
			continue
		}
		if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, token) {
			t.Errorf("%s: the error shows the token", f.Kind)
		}
	}
	for _, bad := range []discord.Config{
		{Token: token + " "}, {Token: token, APIURL: "ftp://x"}, {Token: "short"}, {Token: token, APIURL: "://" + token},
		{Token: "Bearer " + token}, {},
	} {
		_, err := discord.New(bad)
		if err == nil || strings.Contains(err.Error(), token) {
			t.Errorf("New(%q, %q): %v", bad.Token, bad.APIURL, err)
		}
	}
	if strings.Contains(log.String(), token) {
		t.Error("the log shows the token")
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	s := newStage(t, emulated.Options{}, nil)
	for _, id := range []string{"", "../users/@me", "42/messages", "abc", "123456789012345678901"} {
		p := posting(bulletin())
		p.To.Channel = id
		_, err := s.n.Post(t.Context(), p)
		wantKind(t, err, bot.KindGone)
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}
