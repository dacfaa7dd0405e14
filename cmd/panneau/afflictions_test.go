package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/discord"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// afflictions lists everything that can befall a chat of a platform.
func afflictions(platform bot.ChatPlatform) []affliction {
	return slices.Concat(statuses(), networkFaults(platform), refusalsOf(platform), changesOf(platform))
}

// statuses are answers of servers and proxies in front of a platform.
func statuses() []affliction {
	long := []int{302, 400, 403, 404, 413, 429, 500, 503}
	var list []affliction
	for _, status := range []int{301, 302, 400, 401, 403, 404, 408, 409, 413, 422, 429, 451, 500, 501, 502, 503, 504, 520, 524} {
		list = append(list, affliction{
			name: fmt.Sprint("status ", status), fault: emulator.Fault{Kind: emulator.Answer, Status: status},
			stops: status == http.StatusUnauthorized, brief: !slices.Contains(long, status),
		})
	}
	return list
}

func networkFaults(platform bot.ChatPlatform) []affliction {
	fault := func(name string, f emulator.Fault) affliction { return affliction{name: name, fault: f} }
	list := []affliction{
		fault("5 s late", emulator.Fault{Kind: emulator.Delay, Wait: 5 * time.Second}),
		fault("1 min late", emulator.Fault{Kind: emulator.Delay, Wait: time.Minute}),
		fault("hangs", emulator.Fault{Kind: emulator.Hang}),
		fault("cut before", emulator.Fault{Kind: emulator.CutBefore}),
		fault("cut after", emulator.Fault{Kind: emulator.CutAfter}),
		fault("cut in the answer", emulator.Fault{Kind: emulator.CutBody}),
		fault("garbage", emulator.Fault{Kind: emulator.Garbage}),
		fault("throttled 5 s", emulator.Fault{Kind: emulator.Throttle, Wait: 5 * time.Second}),
		fault("throttled 90 min", emulator.Fault{Kind: emulator.Throttle, Wait: 90 * time.Minute}),
	}
	for i := range list {
		list[i].wide = platform == bot.Slack && list[i].fault.Kind == emulator.Throttle
	}
	if platform != bot.Slack { // which names no scope
		list = append(list, fault("throttled 1 min, globally", emulator.Fault{Kind: emulator.Throttle, Wait: time.Minute, Scope: "global"}))
	}
	return list
}

// refusalsOf are errors in the platform's own words that no state of its emulator leads to.
func refusalsOf(platform bot.ChatPlatform) []affliction {
	var list []affliction
	for line := range strings.SplitSeq(strings.TrimSpace(map[bot.ChatPlatform]string{
		bot.Telegram: telegramWords, bot.Slack: slackWords, bot.Discord: discordWords,
	}[platform]), "\n") {
		var status int
		if _, err := fmt.Sscan(line, &status); err != nil {
			panic(err)
		}
		body := line[4:]
		a := affliction{name: clip(body), fault: emulator.Fault{Kind: emulator.Answer, Status: status, Body: body}}
		for _, word := range []string{"Unauthorized", `"Not Found"`, "token_revoked", "account_inactive", "50014"} {
			a.stops = a.stops || strings.Contains(body, word)
		}
		list = append(list, a)
	}
	return list
}

// clip is the part of a body that tells it from the others.
func clip(body string) string {
	for _, cut := range []string{`"description":"`, `"error":"`, `"code":`} {
		if _, rest, ok := strings.Cut(body, cut); ok {
			return strings.TrimRight(strings.SplitN(rest, `"`, 2)[0], `,}`)
		}
	}
	return body
}

const telegramWords = `
400 {"ok":false,"error_code":400,"description":"Bad Request: can't parse entities: unsupported start tag"}
400 {"ok":false,"error_code":400,"description":"Bad Request: message is too long"}
400 {"ok":false,"error_code":400,"description":"Bad Request: CHAT_RESTRICTED"}
400 {"ok":false,"error_code":400,"description":"Bad Request: message can't be edited"}
400 {"ok":false,"error_code":400,"description":"Bad Request: SOMETHING_NEW"}
401 {"ok":false,"error_code":401,"description":"Unauthorized"}
403 {"ok":false,"error_code":403,"description":"Forbidden: bot is not a member of the channel chat"}
404 {"ok":false,"error_code":404,"description":"Not Found"}
500 {"ok":false,"error_code":500,"description":"Internal Server Error: restart"}
502 {"ok":false,"error_code":502,"description":"Bad Gateway"}
`

const slackWords = `
200 {"ok":false,"error":"invalid_blocks"}
200 {"ok":false,"error":"msg_too_long"}
200 {"ok":false,"error":"edit_window_closed"}
200 {"ok":false,"error":"cant_update_message"}
200 {"ok":false,"error":"restricted_action"}
200 {"ok":false,"error":"no_permission"}
200 {"ok":false,"error":"ratelimited"}
200 {"ok":false,"error":"token_revoked"}
200 {"ok":false,"error":"account_inactive"}
200 {"ok":false,"error":"fatal_error"}
200 {"ok":false,"error":"internal_error"}
200 {"ok":false,"error":"service_unavailable"}
200 {"ok":false,"error":"something_new"}
`

const discordWords = `
400 {"code":50035,"message":"Invalid Form Body"}
400 {"code":200000,"message":"Message was blocked by automatic moderation"}
400 {"code":50083,"message":"Thread is archived"}
400 {"code":160005,"message":"Thread is locked"}
401 {"code":50014,"message":"Invalid authentication token provided"}
403 {"code":50013,"message":"Missing Permissions"}
403 {"code":40333,"message":"internal network error"}
404 {"code":10008,"message":"Unknown Message"}
429 {"code":30046,"message":"Maximum number of edits to messages older than 1 hour reached. Try again later."}
429 {"code":20016,"message":"This action cannot be performed due to slowmode rate limit.","retry_after":30}
400 {"code":130000,"message":"API resource is currently overloaded. Try again a little later."}
400 {"code":999999,"message":"Something new"}
`

// changesOf are what people do to a chat.
func changesOf(platform bot.ChatPlatform) []affliction {
	list := []affliction{
		{name: "kicked", do: func(_ *town, p *place) { p.Kick(p.channel) }, undo: func(_ *town, p *place) { p.Invite(p.channel) }},
		{name: "kicked", do: func(_ *town, p *place) { p.Kick(p.channel) }, dead: true},
		{name: "forbidden", do: func(_ *town, p *place) { p.Forbid(p.channel) }, undo: func(_ *town, p *place) { p.Allow(p.channel) }},
		{name: "chat deleted", do: func(_ *town, p *place) { p.Remove(p.channel) }, dead: true},
		{name: "message deleted", do: func(_ *town, p *place) { p.eraseAll() }},
		{name: "token revoked", do: func(_ *town, p *place) { p.Revoke() }, dead: true, stops: true},
	}
	switch platform {
	case bot.Telegram:
		list = append(list, affliction{name: "became a supergroup", do: func(_ *town, p *place) {
			if server, ok := p.Chat.(*telegram.Server); ok {
				p.before = p.channel
				p.channel = server.Migrate(p.channel)
			}
		}})
		list = append(list, topics()...)
	case bot.Slack:
		list = append(list, affliction{name: "archived", do: func(_ *town, p *place) {
			if server, ok := p.Chat.(*slack.Server); ok {
				server.Archive(p.channel)
			}
		}, undo: func(_ *town, p *place) {
			if server, ok := p.Chat.(*slack.Server); ok {
				server.Unarchive(p.channel)
			}
		}})
	case bot.Discord:
		list = append(list, affliction{name: "muted", do: func(_ *town, p *place) {
			if server, ok := p.Chat.(*discord.Server); ok {
				server.Mute(p.channel)
			}
		}, undo: func(_ *town, p *place) { p.Allow(p.channel) }})
		list = append(list, threads()...)
	}
	return list
}

// topics are what administrators do to a topic of a forum.
func topics() []affliction {
	on := func(do func(server *telegram.Server, p *place)) func(*town, *place) {
		return func(_ *town, p *place) {
			if server, ok := p.Chat.(*telegram.Server); ok {
				do(server, p)
			}
		}
	}
	forum := func(p *place) {
		p.channel = "-1001000001001"
		p.Open(p.channel)
		on(func(server *telegram.Server, p *place) { p.thread = server.OpenTopic(p.channel) })(nil, p)
	}
	closed := on(func(server *telegram.Server, p *place) { server.CloseTopic(p.channel, p.thread) })
	reopened := on(func(server *telegram.Server, p *place) { server.ReopenTopic(p.channel, p.thread) })
	deleted := on(func(server *telegram.Server, p *place) { server.DeleteTopic(p.channel, p.thread) })
	return []affliction{
		{name: "topic closed", where: forum, do: closed, undo: reopened},
		{name: "topic deleted", where: forum, do: deleted, dead: true},
	}
}

// threads are what befalls a thread of Discord's.
func threads() []affliction {
	on := func(do func(server *discord.Server, p *place)) func(*town, *place) {
		return func(_ *town, p *place) {
			if server, ok := p.Chat.(*discord.Server); ok {
				do(server, p)
			}
		}
	}
	thread := func(p *place) {
		on(func(server *discord.Server, p *place) { p.channel = server.OpenThread(p.channel) })(nil, p)
	}
	archived := on(func(server *discord.Server, p *place) { server.Archive(p.channel) })
	locked := on(func(server *discord.Server, p *place) { server.Lock(p.channel) })
	reopened := on(func(server *discord.Server, p *place) { server.Reopen(p.channel) })
	return []affliction{
		{name: "thread archived", where: thread, do: archived},
		{name: "thread locked", where: thread, do: locked, undo: reopened},
	}
}

// eraseAll deletes every message, as an administrator would.
func (p *place) eraseAll() {
	for _, m := range p.Shown(p.channel) {
		p.Erase(p.channel, m.ID)
	}
}
