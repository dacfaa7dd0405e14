package slack

import (
	"context"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/panneau-ecole/panneau/bot"
)

// home shows who opens the app's page what there is to know at this moment. Slack keeps the page until the next time.
// https://docs.slack.dev/surfaces/app-home/
func (l *listener) home(ctx context.Context, e *slackevents.AppHomeOpenedEvent) {
	host, able := l.handler.(bot.Host)
	if !able || e.Tab != "home" {
		return
	}
	r := bot.Request{
		From: bot.Address{Channel: e.Channel}, Private: true, Person: e.User, Lang: l.n.tongue(ctx, e.User),
	}
	m, err := l.handled(ctx, func(ctx context.Context) (bot.Message, error) { return host.Home(ctx, r) })
	if err != nil {
		l.logged("home", err)
		return
	}
	if m.Title != "" {
		l.logged("home", l.publish(ctx, e, m))
	}
}

// publish shows a message on a person's page. What is pressed there says by the view's metadata in which conversation the
// person can be answered.
func (l *listener) publish(ctx context.Context, e *slackevents.AppHomeOpenedEvent, m bot.Message) error {
	blocks, err := viewBlocks(m)
	if err != nil {
		return err
	}
	return l.n.call(ctx, "views.publish", func(ctx context.Context) error {
		_, err := l.n.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: e.User, View: slack.HomeTabViewRequest{
			Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}, PrivateMetadata: e.Channel,
		}})
		return err
	})
}
