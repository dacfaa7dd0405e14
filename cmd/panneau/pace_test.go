package main

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// inMemory serves a chat on a network of the bubble's own.
func inMemory(tb testing.TB, chat http.Handler) (url string, next http.RoundTripper) {
	network := emulator.NewNetwork()
	served := make(chan error, 1)
	go func() { served <- network.Serve(context.WithoutCancel(tb.Context()), chat) }()
	client := network.Client(0)
	tb.Cleanup(func() {
		client.CloseIdleConnections()
		if err := network.Close(); err != nil {
			tb.Error(err)
		}
		if err := <-served; err != nil {
			tb.Error(err)
		}
	})
	return "http://memory", client.Transport
}

// onAir runs a test of the whole line in simulated time: a real database file, the real adapters, and emulators that
// enforce the published limits.
func onAir(t *testing.T, parts []part, test func(b *studio), platforms ...bot.PlatformID) {
	t.Helper()
	describedTelegram()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var booths []*booth
		for _, p := range parts {
			booths = append(booths, newBooth(t, p, inMemory))
		}
		b := newStudio(t, sqliteIn(t, dir), true, booths, platforms...)
		b.start()
		test(b)
		if err := b.halt(); err != nil {
			t.Error(err)
		}
	})
}

// restart ends the program and begins it anew.
func (b *studio) restart() {
	b.tb.Helper()
	if err := b.halt(); err != nil {
		b.tb.Error(err)
	}
	b.start()
}

// throttled makes the next posting refused; in one channel where one is named.
func (b *booth) throttled(channel, method string, wait time.Duration, scope string) {
	b.chat.Inject(emulator.Fault{Kind: emulator.Throttle, Channel: channel, Method: method, Wait: wait, Scope: scope})
}

// requests lists the requests that post or edit in a channel, or in all of them where none is named.
func (b *booth) requests(channel string) []emulator.Request {
	return slices.DeleteFunc(b.chat.Requests(), func(r emulator.Request) bool { return channel != "" && r.Channel != channel })
}

// wantCounts demands that each channel shows so many messages, that the platform refused so many requests, and that none
// left before its time.
func (b *booth) wantCounts(tb testing.TB, messages, refused int) {
	tb.Helper()
	if lost, repeated := b.count(tb, messages); lost+repeated > 0 {
		tb.Errorf("%v: %d lost, %d repeated", b.part, lost, repeated)
	}
	if got, _ := b.tap.refusals(); got != refused {
		tb.Errorf("%v: %d requests refused, want %d", b.part, got, refused)
	}
}

// wantWithin demands that the last delivery came so soon after a moment.
func (b *booth) wantWithin(tb testing.TB, from time.Time, limit time.Duration) {
	tb.Helper()
	list := b.deliveries()
	if len(list) == 0 || list[len(list)-1].Sub(from) > limit {
		tb.Errorf("%v: the last of %d deliveries came %v after, want at most %v", b.part, len(list), list[len(list)-1].Sub(from), limit)
	}
}

func telegramOf(n int) part { return part{account: "telegram", platform: bot.Telegram, chats: n} }
func discordOf(n int) part  { return part{account: "discord", platform: bot.Discord, chats: n} }
func slackOf(n int) part    { return part{account: "slack", platform: bot.Slack, chats: n} }

// TestBroadcast is the short form of BenchmarkBroadcast: what can be counted, in simulated time.
func TestBroadcast(t *testing.T) {
	onAir(t, []part{telegramOf(60), discordOf(60), slackOf(60)}, func(b *studio) {
		before, began := b.store.Work(), time.Now()
		b.fail(pronote)
		time.Sleep(10 * time.Second)
		for _, booth := range b.booths {
			booth.wantCounts(t, 1, 0)
			booth.wantWithin(t, began, booth.ideal()*103/100+50*time.Millisecond)
		}
		if n := b.store.Work().Statements - before.Statements; n > 3*180 {
			t.Errorf("%d statements for 180 messages", n)
		}
		b.recover(pronote) // a ring and an edit each
		time.Sleep(3 * time.Minute)
		for _, booth := range b.booths {
			booth.wantCounts(t, 2, 0)
		}
		if n := b.owed(); n > 0 {
			t.Errorf("%d deliveries are still owed", n)
		}
	})
}

func TestR2_ChatOnTelegramRefusedForHours(t *testing.T) {
	onAir(t, []part{telegramOf(90), slackOf(5)}, func(b *studio) {
		chats, began := b.booths[0], time.Now()
		slow := chats.channels[30]
		chats.throttled(slow, "", 2*time.Hour, "")
		b.fail(pronote)
		time.Sleep(time.Minute)
		// Telegram does not say that it means one chat: everything waits a moment, and the next message tells.
		others := slices.Clone(chats.deliveries())
		if len(others) != 89 || others[88].Sub(began) > chats.ideal()*103/100+3*time.Second {
			t.Errorf("%d others, the last after %v", len(others), others[len(others)-1].Sub(began))
		}
		b.booths[1].wantCounts(t, 1, 0)
		b.booths[1].wantWithin(t, began, time.Second)
		b.restart()
		time.Sleep(2 * time.Hour)
		chats.wantCounts(t, 1, 1)
		asked := chats.requests(slow)
		if wait := asked[1].At.Sub(asked[0].At); len(asked) != 2 || wait < 2*time.Hour || wait > 2*time.Hour+time.Second {
			t.Errorf("asked %d times, the second time after %v", len(asked), wait)
		}
	})
}

func TestR2_WholeBotOnTelegramRefusedForHours(t *testing.T) {
	onAir(t, []part{telegramOf(90), discordOf(5)}, func(b *studio) {
		chats, began := b.booths[0], time.Now()
		time.AfterFunc(time.Second, func() { chats.throttled("", "", 2*time.Hour, "global") })
		b.fail(pronote)
		time.Sleep(time.Minute)
		if refused, _ := chats.tap.refusals(); refused != 2 { // the second one told that the whole bot is meant
			t.Errorf("%d requests refused", refused)
		}
		b.booths[1].wantCounts(t, 1, 0)
		b.booths[1].wantWithin(t, began, time.Second)
		b.restart()
		time.Sleep(time.Hour)
		b.fail(pronote)
		b.restart()
		time.Sleep(time.Hour + time.Minute)
		chats.wantCounts(t, 1, 2)
		chats.wantWithin(t, began, 2*time.Hour+chats.ideal()+5*time.Second)
	})
}

func TestR2_BriefRefusalOfTheBotIsObeyedByAll(t *testing.T) {
	onAir(t, []part{telegramOf(90)}, func(b *studio) {
		chats, began := b.booths[0], time.Now()
		time.AfterFunc(time.Second, func() { chats.throttled("", "", 2*time.Second, "global") })
		b.fail(pronote)
		time.Sleep(time.Minute)
		chats.wantCounts(t, 1, 1)
		if _, early := chats.tap.refusals(); early > 0 {
			t.Errorf("%d requests before the time named", early)
		}
		chats.wantWithin(t, began, (chats.ideal()+2*time.Second)*110/100)
	})
}

func TestR2_DiscordGlobal(t *testing.T) {
	onAir(t, []part{discordOf(120), telegramOf(30)}, func(b *studio) {
		chats, began := b.booths[0], time.Now()
		time.AfterFunc(time.Second, func() { chats.throttled("", "", time.Hour, "global") })
		b.fail(pronote)
		time.Sleep(time.Minute)
		b.booths[1].wantCounts(t, 1, 0)
		b.booths[1].wantWithin(t, began, 2*time.Second)
		b.restart()
		time.Sleep(time.Hour + time.Minute)
		chats.wantCounts(t, 1, 1)
		if _, early := chats.tap.refusals(); early > 0 {
			t.Errorf("%d requests before the time named", early)
		}
		chats.wantWithin(t, began, time.Hour+chats.ideal()+2*time.Second)
	})
}

func TestR2_DiscordRouteAndShared(t *testing.T) {
	for _, scope := range []string{"user", "shared"} {
		t.Run(scope, func(t *testing.T) {
			onAir(t, []part{discordOf(60)}, func(b *studio) {
				chats := b.booths[0]
				b.fail(pronote)
				time.Sleep(10 * time.Second)
				slow := chats.channels[0]
				chats.throttled(slow, "PATCH /channels/{channel_id}/messages/{message_id}", time.Hour, scope)
				began := time.Now()
				b.recover(pronote)
				time.Sleep(time.Minute)
				// Only the edits of one channel are refused: its own posting and everything elsewhere goes on.
				if n := len(chats.chat.Shown(slow)); n != 2 {
					t.Errorf("the channel shows %d messages, want the bulletin and « back »", n)
				}
				if n := edited(chats); n != 59 {
					t.Errorf("%d channels have their edit, want 59", n)
				}
				chats.wantWithin(t, began, 2*chats.ideal()+time.Second)
				b.restart()
				time.Sleep(time.Hour)
				chats.wantCounts(t, 2, 1)
				if n := edited(chats); n != 60 {
					t.Errorf("%d channels have their edit, want 60", n)
				}
				if asked := chats.requests(slow); asked[len(asked)-1].At.Sub(began) > time.Hour+2*time.Second {
					t.Errorf("edited %v after, want an hour", asked[len(asked)-1].At.Sub(began))
				}
			})
		})
	}
}

// edited counts the channels whose first message was edited.
func edited(b *booth) int {
	n := 0
	for _, channel := range b.channels {
		if shown := b.chat.Shown(channel); len(shown) > 0 && shown[0].Edits > 0 {
			n++
		}
	}
	return n
}

func TestR2_SlackMethodAndChannel(t *testing.T) {
	onAir(t, []part{slackOf(30)}, func(b *studio) {
		chats := b.booths[0]
		slow := chats.channels[7]
		chats.throttled(slow, "chat.postMessage", time.Hour, "")
		b.fail(pronote)
		time.Sleep(time.Minute)
		if n := len(chats.deliveries()); n != 29 {
			t.Errorf("%d of 29 other channels have their message", n)
		}
		b.restart()
		time.Sleep(time.Hour)
		chats.wantCounts(t, 1, 1)
		chats.throttled("", "chat.update", 30*time.Minute, "")
		began := time.Now()
		b.recover(pronote)
		time.Sleep(time.Minute)
		chats.wantCounts(t, 2, 2) // the postings went on
		if n := edited(chats); n == 30 {
			t.Error("nothing waited for the method that was refused")
		}
		b.restart()
		time.Sleep(time.Hour)
		chats.wantCounts(t, 2, 2)
		if n := edited(chats); n != 30 {
			t.Errorf("%d of 30 edits", n)
		}
		for _, r := range chats.requests("") {
			// Those of the first instant crossed the refusal on the way.
			if wait := r.At.Sub(began); r.Method == "chat.update" && wait > 0 && wait < 30*time.Minute {
				t.Errorf("an edit %v after the refusal of half an hour", wait)
			}
		}
	})
}

func TestR2_UrgentBeforeRoutineAndOldestFirst(t *testing.T) {
	onAir(t, []part{telegramOf(300)}, func(b *studio) {
		chats := b.booths[0]
		b.fail(pronote)
		time.Sleep(20 * time.Second)
		before := len(chats.requests(""))
		b.recover(pronote)
		time.Sleep(time.Minute)
		var order []string
		for _, r := range chats.requests("")[before:] {
			order = append(order, r.Method)
		}
		if first := slices.Index(order, "editMessageText"); first != 300 || len(order) != 600 {
			t.Errorf("%d requests, the first edit is number %d: every chat is told « back » before any is tidied up", len(order), first)
		}
		chats.wantCounts(t, 2, 0)
	})
}

// TestR2_OneChatsBacklogHoldsNobodyUp lets one chat follow more platforms that fail than an agenda holds.
func TestR2_OneChatsBacklogHoldsNobodyUp(t *testing.T) {
	const many = 200
	var platforms []bot.PlatformID
	for i := range many {
		platforms = append(platforms, bot.PlatformID("p"+strings.Repeat("x", i)))
	}
	onAir(t, []part{telegramOf(2)}, func(b *studio) {
		chats := b.booths[0]
		err := b.store.Update(b.tb.Context(), func(tx bot.Tx) error {
			modest := b.destination(chats, 1)
			modest.Follows = platforms[many-1:]
			return tx.PutDestination(modest)
		})
		if err != nil {
			t.Fatal(err)
		}
		before := b.store.Work()
		for _, id := range platforms {
			b.fail(id)
		}
		decisions := b.store.Work().Statements - before.Statements
		time.Sleep(3 * time.Second)
		if n := len(chats.chat.Shown(chats.channels[1])); n != 1 {
			t.Errorf("the other chat shows %d messages after 3 s", n)
		}
		time.Sleep(many/20*time.Minute + time.Minute) // 20 a minute in one group
		if n := len(chats.chat.Shown(chats.channels[0])); n != many {
			t.Errorf("the busy chat shows %d of %d messages", n, many)
		}
		if refused, _ := chats.tap.refusals(); refused > 0 {
			t.Errorf("%d requests refused", refused)
		}
		if n := b.store.Work().Statements - before.Statements - decisions; n > 5*many {
			t.Errorf("%d statements for %d messages", n, many)
		}
	}, platforms...)
}

func TestR2_RevokedTokenAsksOnce(t *testing.T) {
	onAir(t, []part{discordOf(60), telegramOf(30)}, func(b *studio) {
		b.booths[0].chat.Revoke()
		began := time.Now()
		b.fail(pronote)
		time.Sleep(24 * time.Hour)
		if n := len(b.booths[0].requests("")); n != 1 {
			t.Errorf("%d requests with a revoked token", n)
		}
		b.booths[1].wantCounts(t, 1, 0)
		b.booths[1].wantWithin(t, began, 2*time.Second)
		if len(b.told()) == 0 || b.told()[0].Kind != bot.TroubleUnauthorised {
			t.Errorf("the operator was told %+v", b.told())
		}
		<-b.stopped // the account's own end is its error
		b.stopped <- nil
	})
}

func TestR2_ForbiddenChannelIsAskedRarely(t *testing.T) {
	platforms := []bot.PlatformID{"a", "b", "c", "d"}
	onAir(t, []part{discordOf(30)}, func(b *studio) {
		chats := b.booths[0]
		chats.chat.Forbid(chats.channels[3])
		for _, id := range platforms {
			b.fail(id)
		}
		time.Sleep(24 * time.Hour)
		if n := len(chats.requests(chats.channels[3])); n < 1 || n > 10 { // now and then: nobody may tell us that we are let in again
			t.Errorf("%d requests to a channel that is closed to us", n)
		}
		if n := len(chats.deliveries()); n != 29*4 {
			t.Errorf("%d of %d other messages", n, 29*4)
		}
		if len(b.told()) != 1 || b.told()[0].Kind != bot.TroubleAsleep {
			t.Errorf("the operator was told %+v", b.told())
		}
	}, platforms...)
}

func TestR2_ChatsThatHangHoldNobodyUp(t *testing.T) {
	onAir(t, []part{telegramOf(90)}, func(b *studio) {
		chats, began := b.booths[0], time.Now()
		for _, i := range []int{0, 1, 20, 40} {
			chats.chat.Inject(emulator.Fault{Kind: emulator.Hang, Channel: chats.channels[i]})
		}
		b.fail(pronote)
		time.Sleep(10 * time.Second)
		others := chats.deliveries()
		if len(others) != 86 || others[85].Sub(began) > chats.ideal()*103/100+time.Second {
			t.Errorf("%d of 86 others have their message, the last after %v", len(others), others[len(others)-1].Sub(began))
		}
		time.Sleep(time.Minute)
		chats.wantCounts(t, 1, 0)
	})
}

func TestR2_RestartKeepsThePace(t *testing.T) {
	onAir(t, []part{telegramOf(90), discordOf(90)}, func(b *studio) {
		began := time.Now()
		b.fail(pronote)
		for range 3 {
			time.Sleep(400 * time.Millisecond)
			b.restart()
		}
		time.Sleep(time.Minute)
		for _, booth := range b.booths {
			booth.wantCounts(t, 1, 0)
			booth.wantWithin(t, began, booth.ideal()*103/100+time.Second)
		}
	})
}

func TestTwoAccountsAreTwiceAsFast(t *testing.T) {
	first, second := telegramOf(60), telegramOf(60)
	first.account, second.account = "telegram-1", "telegram-2"
	onAir(t, []part{first, second}, func(b *studio) {
		began := time.Now()
		b.fail(pronote)
		time.Sleep(10 * time.Second)
		for _, booth := range b.booths {
			booth.wantCounts(t, 1, 0)
			booth.wantWithin(t, began, booth.ideal()*103/100+50*time.Millisecond)
		}
	})
}
