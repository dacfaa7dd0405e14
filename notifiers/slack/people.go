package slack

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/panneau-ecole/panneau/bot"
)

// Administers implements [bot.Doorkeeper]: the administrators and owners of the workspace do, and those that the
// configuration names. Slack has no administrators of a channel. In a channel that is shared with another workspace,
// those of the other one do not.
func (n *Notifier) Administers(ctx context.Context, _ bot.Address, person string) (bool, error) {
	if slices.Contains(n.config.Admins, person) {
		return true, nil
	}
	user, err := n.user(ctx, person)
	if err != nil {
		return false, err
	}
	if user.Deleted || user.IsStranger || !user.IsAdmin && !user.IsOwner && !user.IsPrimaryOwner {
		return false, nil
	}
	me, err := n.identity(ctx)
	if err != nil {
		return false, err
	}
	return user.TeamID == me.TeamID || slices.Contains(user.Enterprise.Teams, me.TeamID), nil
}

func (n *Notifier) user(ctx context.Context, id string) (user *slack.User, err error) {
	err = n.call(ctx, "users.info", func(ctx context.Context) error {
		user, err = n.api.GetUserInfoContext(ctx, id) // with the locale
		return err
	})
	return user, err
}

const (
	// tongueTime is how long an answer waits for the asker's language, out of the three seconds that there are.
	tongueTime = 700 * time.Millisecond
	// tonguesKept is how long a language is remembered, and tonguesMost of how many people at once.
	tonguesKept = time.Hour
	tonguesMost = 2000
)

// tongues remembers the languages of people who asked lately, in memory only.
type tongues struct {
	mu    sync.Mutex
	since time.Time
	of    map[string]string
}

// tongue is the language of a person's client (BCP 47); empty where Slack does not say it soon.
func (n *Notifier) tongue(ctx context.Context, person string) string {
	if lang, known := n.tongues.recall(person, time.Now()); known {
		return lang
	}
	ctx, cancel := context.WithTimeout(ctx, tongueTime)
	defer cancel()
	lang := ""
	if user, err := n.user(ctx, person); err == nil {
		lang = user.Locale
	}
	n.tongues.keep(person, lang)
	return lang
}

// recall forgets everybody when their time is over.
func (t *tongues) recall(person string, now time.Time) (lang string, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of == nil || now.Sub(t.since) > tonguesKept || len(t.of) >= tonguesMost {
		t.of, t.since = make(map[string]string), now
	}
	lang, known = t.of[person]
	return lang, known
}

func (t *tongues) keep(person, lang string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of[person] = lang
}
