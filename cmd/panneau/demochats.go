package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/discord"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// quarter is a place in memory where emulated chat platforms stand, for a whole Panneau in simulated time: the demo's,
// and that of tests. It is made, used and left within one bubble of testing/synctest.
type quarter struct {
	media    []*medium
	client   *http.Client // reaches all of them
	describe *telegram.Description
	serves   errgroup.Group
	ctx      context.Context
	stop     context.CancelFunc
}

// medium is one emulated chat platform, with one bot on it.
type medium struct {
	emulator.Chat
	platform bot.ChatPlatform
	network  *emulator.Network
	port     int
}

// discordToken is that of the emulated bot. It opens nothing anywhere.
const discordToken = "MTAwMDAwMDAwMDAwMDAwMDAw.GEmulA.TokenThatOpensNothingAtAll_1234567890" //nolint:gosec // it opens nothing

// journal is the operator's terminal.
type journal struct {
	mu    sync.Mutex
	lines []string
}

// Write implements io.Writer.
func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, strings.TrimSpace(string(p)))
	return len(p), nil
}

// take returns what was said since the last call.
func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	lines := j.lines
	j.lines = nil
	return lines
}

// newQuarter returns a place where nothing stands yet. Ctx ends what is served there, and so does leave.
func newQuarter(ctx context.Context, describe *telegram.Description) *quarter {
	q := &quarter{describe: describe}
	q.ctx, q.stop = context.WithCancel(ctx)
	q.client = &http.Client{Transport: &http.Transport{DialContext: q.dial, MaxIdleConnsPerHost: 64}}
	return q
}

// build puts one more chat platform there.
func (q *quarter) build(p bot.ChatPlatform) *medium {
	m := &medium{platform: p, network: emulator.NewNetwork(), port: len(q.media) + 1}
	switch p {
	case bot.Telegram:
		m.Chat = telegram.New(telegram.Options{Description: q.describe})
	case bot.Slack:
		m.Chat = slack.New(slack.Options{})
	case bot.Discord:
		m.Chat = discord.New(discord.Options{Token: discordToken})
	}
	q.media = append(q.media, m)
	q.serves.Go(func() error { return m.network.Serve(q.ctx, m.Chat) })
	return m
}

// dial connects to an emulated platform by its port.
func (q *quarter) dial(ctx context.Context, network, address string) (net.Conn, error) {
	port := address[strings.LastIndexByte(address, ':')+1:]
	n, err := strconv.Atoi(port)
	if err != nil || n < 1 || n > len(q.media) {
		return nil, fmt.Errorf("nobody at %s", address)
	}
	return q.media[n-1].network.Dial(ctx, network, address)
}

// leave takes everything down.
func (q *quarter) leave() error {
	q.client.CloseIdleConnections()
	q.stop()
	for _, m := range q.media {
		if workspace, ok := m.Chat.(*slack.Server); ok {
			workspace.Close()
		}
	}
	if err := q.serves.Wait(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// apiURL is where the platform's API is.
func (m *medium) apiURL() string {
	path := map[bot.ChatPlatform]string{bot.Slack: "/api", bot.Discord: "/api/v10"}[m.platform]
	return fmt.Sprintf("http://127.0.0.1:%d%s", m.port, path)
}

// tokens are what opens the platform: the bot's token and, on Slack, that of the app.
func (m *medium) tokens() (token, app string) {
	switch m.platform {
	case bot.Telegram:
		return telegram.Token, ""
	case bot.Slack:
		return slack.BotToken, slack.AppToken
	default:
		return discordToken, ""
	}
}

// admit lets an account of the configuration in, whatever its own tokens are. The emulated workspace knows the usual
// command only.
func (m *medium) admit(a *config.Account) {
	token, app := m.tokens()
	a.APIURL, a.Token = m.apiURL(), config.NewSecret(token)
	if app != "" {
		a.AppToken, a.Command = config.NewSecret(app), ""
	}
}
