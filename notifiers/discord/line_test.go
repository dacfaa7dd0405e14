package discord

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

const upgraded = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"

// frame is what a server sends for a payload: not masked.
func frame(kind byte, payload string) string {
	switch n := len(payload); {
	case n < 126:
		return string([]byte{0x80 | kind, byte(n)}) + payload
	default:
		return string([]byte{0x80 | kind, 126, byte(n >> 8), byte(n)}) + payload
	}
}

func TestFrames(t *testing.T) {
	hello := frame(1, `{"op":10,"d":{"heartbeat_interval":41250}}`)
	event := frame(1, `{"op":0,"t":"GUILD_CREATE","d":{"x":"`+strings.Repeat(`{\"op\":9}`, 500)+`"}}`)
	for name, c := range map[string]struct {
		stream string
		want   *ending
	}{
		"nothing":            {hello + event, nil},
		"close":              {hello + event + frame(8, "\x0f\xa4Authentication failed."), &ending{code: 4004}},
		"close without code": {hello + frame(8, ""), nil},
		"reconnect":          {hello + frame(1, `{"op":7,"d":null}`), &ending{op: 7}},
		"invalid":            {hello + frame(1, `{"d":false,"op":9}`), &ending{op: 9}},
		"invalid, resumable": {hello + event + frame(1, `{"op":9,"d":true}`), &ending{op: 9, resumable: true}},
		"binary":             {hello + frame(2, `{"op":9}`), nil},
		"no JSON":            {frame(1, `{`), nil},
	} {
		for _, size := range []int{1, 2, 3, 7, 64, 1 << 20} {
			var f frames
			var got error
			for rest := upgraded + c.stream; rest != "" && got == nil; {
				n := min(size, len(rest))
				got = f.feed([]byte(rest[:n]))
				rest = rest[n:]
			}
			var end *ending
			errors.As(got, &end)
			if diff := cmp.Diff(c.want, end, cmp.AllowUnexported(ending{})); diff != "" {
				t.Errorf("%s, %d bytes at a time (-want +got):\n%s", name, size, diff)
			}
			if strings.HasPrefix(c.stream, hello) && f.rhythm.Load() != int64(41250*time.Millisecond) {
				t.Errorf("%s: rhythm %d", name, f.rhythm.Load())
			}
		}
	}
}

// transport answers every request with 204.
type transport struct{}

func (transport) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

func TestInteractionsLeaveNoBuckets(t *testing.T) {
	n, err := New(Config{Token: "MTA0MjAwMDAwMDAw.GsEcRe.t", HTTPClient: &http.Client{Transport: transport{}}})
	if err != nil {
		t.Fatal(err)
	}
	l := &listening{n: n}
	for _, id := range []string{"1", "2", "3"} {
		i := &discordgo.Interaction{ID: id, Token: "token-" + id, AppID: "9"}
		if err := l.callback(context.Background(), i, discordgo.InteractionResponsePong, nil); err != nil {
			t.Fatal(err)
		}
	}
	if kept := reflect.ValueOf(n.session.Ratelimiter).Elem().FieldByName("buckets").Len(); kept != 0 {
		t.Errorf("%d buckets are kept for ever", kept)
	}
}

func TestSessionIsTamed(t *testing.T) {
	n, err := New(Config{Token: "Bot MTA0MjAwMDAwMDAw.GsEcRe.t"})
	if err != nil {
		t.Fatal(err)
	}
	s := n.newSession(context.Background())
	if s.Debug || s.ShouldRetryOnRateLimit || s.ShouldReconnectOnError || s.ShouldReconnectVoiceOnSessionError ||
		s.MaxRestRetries != 0 || s.Identify.Intents != discordgo.IntentsGuilds || s.LogLevel >= discordgo.LogError {
		t.Errorf("the library may retry, wait, log or ask for more than it needs: %+v", s.Identify.Intents)
	}
}

func TestPermissions(t *testing.T) {
	const everything = "1"
	base := func() *discordgo.Guild {
		return &discordgo.Guild{
			ID: "1", OwnerID: "2",
			Roles: []*discordgo.Role{
				{ID: everything, Permissions: discordgo.PermissionViewChannel | discordgo.PermissionSendMessages},
				{ID: "5", Permissions: discordgo.PermissionEmbedLinks},
				{ID: "6", Permissions: discordgo.PermissionAdministrator},
			},
			Members:  []*discordgo.Member{{User: &discordgo.User{ID: "3"}, Roles: []string{"5"}}},
			Channels: []*discordgo.Channel{{ID: "7", Type: discordgo.ChannelTypeGuildText}},
		}
	}
	deny := func(id string, kind discordgo.PermissionOverwriteType) *discordgo.PermissionOverwrite {
		return &discordgo.PermissionOverwrite{ID: id, Type: kind, Deny: discordgo.PermissionSendMessages}
	}
	for name, c := range map[string]struct {
		change func(*discordgo.Guild)
		want   bool
	}{
		"allowed":          {func(*discordgo.Guild) {}, true},
		"no embeds":        {func(g *discordgo.Guild) { g.Members[0].Roles = nil }, false},
		"administrator":    {func(g *discordgo.Guild) { g.Members[0].Roles = []string{"6"} }, true},
		"owner":            {func(g *discordgo.Guild) { g.OwnerID = "3"; g.Members = nil }, true},
		"voice":            {func(g *discordgo.Guild) { g.Channels[0].Type = discordgo.ChannelTypeGuildVoice }, false},
		"everybody denied": {func(g *discordgo.Guild) { g.Channels[0].PermissionOverwrites = overwrites(deny("1", 0)) }, false},
		"the role denied":  {func(g *discordgo.Guild) { g.Channels[0].PermissionOverwrites = overwrites(deny("5", 0)) }, false},
		"another denied":   {func(g *discordgo.Guild) { g.Channels[0].PermissionOverwrites = overwrites(deny("4", 1)) }, true},
		"the bot denied":   {func(g *discordgo.Guild) { g.Channels[0].PermissionOverwrites = overwrites(deny("3", 1)) }, false},
		"denied and allowed": {func(g *discordgo.Guild) {
			g.Channels[0].PermissionOverwrites = overwrites(deny("1", 0),
				&discordgo.PermissionOverwrite{ID: "3", Type: 1, Allow: discordgo.PermissionSendMessages})
		}, true},
	} {
		g := base()
		c.change(g)
		if got := describe(g, "3").open["7"]; got != c.want {
			t.Errorf("%s: may speak is %t, want %t", name, got, c.want)
		}
	}
}

func overwrites(list ...*discordgo.PermissionOverwrite) []*discordgo.PermissionOverwrite { return list }

func TestMenuIsChecked(t *testing.T) {
	texts := map[string]string{"fr": "Aide", "en": "Help"}
	for name, item := range map[string]bot.MenuItem{
		"capital":        {Name: "Status", Description: texts},
		"blank":          {Name: "two words", Description: texts},
		"no description": {Name: "status"},
		"long":           {Name: "status", Description: map[string]string{"en": strings.Repeat("x", 101)}},
		"bad option":     {Name: "status", Description: texts, Option: &bot.MenuOption{Name: "A", Description: texts}},
	} {
		if _, err := commandsOf([]bot.MenuItem{item}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := commandsOf([]bot.MenuItem{{Name: "aide", Names: map[string]string{"fr": "état"}, Description: texts}}); err != nil {
		t.Error(err)
	}
}
