package slack

import (
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
		{Name: postBucket, N: postsPerMinute, Per: time.Minute},
		{Name: "channel:" + to.Channel, N: postsPerSecond, Per: time.Second},
	}
}
