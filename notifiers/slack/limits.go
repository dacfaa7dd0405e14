package slack

import (
	"sync"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// The limits of Slack. https://docs.slack.dev/apis/web-api/rate-limits/
const (
	// postsPerSecond is what one channel takes.
	postsPerSecond = 1
	// postsPerMinute stands for the limit of the whole workspace, which exists but is not published. The number is ours
	// and generous: the bucket is there so that a refusal can name it.
	postsPerMinute = 1000
	// postBucket is the name of that limit.
	postBucket = "chat.postMessage"
	// editsPerMinute is what the tier of chat.update (3) allows in one workspace.
	editsPerMinute = 50
	// editBucket is the name of that limit.
	editBucket = "chat.update"
)

// Buckets names the limits that an operation at an address draws on.
func (n *Notifier) Buckets(op bot.Op, to bot.Address) []bot.Bucket {
	if op == bot.OpEdit {
		return []bot.Bucket{{Name: editBucket, N: editsPerMinute, Per: time.Minute}}
	}
	return []bot.Bucket{
		{Name: channelBucket(to.Channel), N: postsPerSecond, Per: time.Second},
		{Name: postBucket, N: postsPerMinute, Per: time.Minute},
	}
}

func channelBucket(channel string) string { return "channel:" + channel }

// refusals remembers the channels that Slack refused for sending too fast. It tells the limit of a channel from the
// one of the workspace, which Slack answers in the same way: while one channel has to wait, a refusal in another one
// is taken for the workspace's.
type refusals struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// scope notes a refusal and names the bucket that is empty.
func (r *refusals) scope(channel string, wait time.Duration) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if r.until == nil {
		r.until = map[string]time.Time{}
	}
	for other, end := range r.until {
		if now.After(end) {
			delete(r.until, other)
		}
	}
	r.until[channel] = now.Add(wait)
	if len(r.until) > 1 {
		return postBucket
	}
	return channelBucket(channel)
}
