package discord

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/panneau-ecole/panneau/bot"
)

const (
	// snowflakeEpoch is the first moment that an id can tell, in Unix milliseconds.
	// https://docs.discord.com/developers/reference#snowflakes
	snowflakeEpoch = 1420070400000
	// clockMargin is by how much our clock may be ahead of Discord's.
	clockMargin = 5 * time.Minute
	// nonceCounts is for how long we count on a nonce. Discord remembers it for « the past few minutes », which is all that
	// it says. https://docs.discord.com/developers/resources/message#create-message
	nonceCounts = 2 * time.Minute
	// page is how many messages a reading of the history gives at most, and maxPages how many of them Find reads.
	// https://docs.discord.com/developers/resources/message#get-channel-messages-query-string-params
	page     = 100
	maxPages = 10
)

var _ bot.Repeater = (*Notifier)(nil)

// Remembers implements [bot.Repeater]: the nonce of a posting is made of its key.
func (n *Notifier) Remembers() time.Duration { return nonceCounts }

// Find looks for the messages that an uncertain posting has left since a time, by the mark in their small print. It
// needs the permission to read the channel's history. Discord gives what comes after an id oldest page first, so that
// ours is on one of the first pages however long ago it was.
func (n *Notifier) Find(ctx context.Context, p bot.Posting, since time.Time) (bot.Receipt, error) {
	channel := room(p.To)
	if err := checkIDs(channel); err != nil {
		return bot.Receipt{}, err
	}
	self, err := n.whoAmI(ctx)
	if err != nil {
		return bot.Receipt{}, err
	}
	parts := map[int]string{}
	after := snowflakeAt(since.Add(-clockMargin))
	for range maxPages {
		list, err := n.history(ctx, channel, after)
		if err != nil {
			return bot.Receipt{}, err
		}
		for _, m := range list {
			if part, ok := partOf(m, self, p.Key); ok {
				parts[part] = m.ID
			}
		}
		if len(list) < page {
			break
		}
		after = list[0].ID
	}
	return receiptOf(channel, parts), nil
}

// receiptOf keeps the parts from the first to the last before a gap.
func receiptOf(channel string, parts map[int]string) bot.Receipt {
	var ids []string
	for parts[len(ids)] != "" {
		ids = append(ids, parts[len(ids)])
	}
	if ids == nil {
		return bot.Receipt{}
	}
	return bot.Receipt{Channel: channel, IDs: ids}
}

// history reads the messages after one, newest first.
func (n *Notifier) history(ctx context.Context, channel, after string) ([]*discordgo.Message, error) {
	var list []*discordgo.Message
	err := n.call(ctx, request{
		method: http.MethodGet, channel: channel, repeatable: true,
		url: discordgo.EndpointChannelMessages(channel) + "?limit=" + strconv.Itoa(page) + "&after=" + after,
	}, &list)
	return list, err
}

// partOf reports which part of the posting with the key a message is.
func partOf(m *discordgo.Message, self, key string) (int, bool) {
	if key == "" || m.Author == nil || m.Author.ID != self || len(m.Embeds) == 0 || m.Embeds[0].Footer == nil {
		return 0, false
	}
	_, tail, found := strings.Cut(m.Embeds[0].Footer.Text, mark(key, 0))
	if !found {
		return 0, false
	}
	if tail == "" {
		return 0, true
	}
	number, err := strconv.Atoi(strings.TrimPrefix(tail, "-"))
	return number - 1, err == nil && number > 1
}

// whoAmI returns the bot's user id.
func (n *Notifier) whoAmI(ctx context.Context) (string, error) {
	n.mu.Lock()
	self := n.self
	n.mu.Unlock()
	if self != "" {
		return self, nil
	}
	var me discordgo.User
	if err := n.call(ctx, request{method: http.MethodGet, url: discordgo.EndpointUser("@me"), repeatable: true}, &me); err != nil {
		return "", err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.self = me.ID
	return me.ID, nil
}

// snowflakeAt is the smallest id that a message sent at a time can have.
func snowflakeAt(at time.Time) string {
	return strconv.FormatInt(max(at.UnixMilli()-snowflakeEpoch, 0)<<22, 10)
}
