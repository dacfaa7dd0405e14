package slack

import (
	"bytes"
	"context"
	"time"

	"github.com/slack-go/slack"

	"github.com/panneau-ecole/panneau/bot"
)

// upload brings a picture to Slack and returns its id; empty where there is none or it was not taken: the text matters
// more. Until a message shows it, only the bot sees the file: an attempt that breaks off leaves nothing that people see.
// https://docs.slack.dev/messaging/working-with-files#upload
func (n *Notifier) upload(ctx context.Context, picture *bot.Picture) string {
	if picture == nil {
		return ""
	}
	file, err := n.tryUpload(ctx, picture)
	if err != nil {
		n.config.Logger.Warn("slack: a picture is left out", "error", n.clean(err))
		return ""
	}
	return file
}

func (n *Notifier) tryUpload(ctx context.Context, picture *bot.Picture) (file string, err error) {
	data, err := picture.Draw()
	if err != nil {
		return "", err
	}
	var place *slack.GetUploadURLExternalResponse
	err = n.call(ctx, "files.getUploadURLExternal", func(ctx context.Context) (err error) {
		place, err = n.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{
			FileName: picture.Name, FileSize: len(data), AltTxt: picture.Alt,
		})
		return err
	})
	if err != nil {
		return "", err
	}
	err = n.api.UploadToURL(ctx, slack.UploadToURLParameters{
		UploadURL: place.UploadURL, Filename: picture.Name, Reader: bytes.NewReader(data),
	})
	if err != nil {
		return "", err
	}
	err = n.call(ctx, "files.completeUploadExternal", func(ctx context.Context) error {
		_, err := n.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files: []slack.FileSummary{{ID: place.FileID, Title: picture.Name}},
		})
		return err
	})
	return place.FileID, err
}

// Slack looks at a file after it has taken it, and knows it in no message before that: the same message is refused now
// and taken a moment later (https://github.com/slackapi/node-slack-sdk/issues/1865#issuecomment-2275000351).
const (
	looks     = 3
	firstLook = 500 * time.Millisecond
)

// placePictured posts a part with a picture that was uploaded, as soon as Slack knows it, or without it where Slack does
// not take it.
func (n *Notifier) placePictured(
	ctx context.Context, part payload, file string, picture *bot.Picture,
	put func(payload) (spot, string, string, error),
) (done spot, channel, id string, err error) {
	pictured := part.with(file, picture)
	for look := range looks {
		if !sleep(ctx, firstLook<<look) {
			break
		}
		done, channel, id, err = put(pictured)
		if !bot.PictureRefused(err) {
			return done, channel, id, err
		}
		if !because(err, "invalid_blocks") {
			break
		}
	}
	n.config.Logger.Warn("slack: a picture is left out", "error", err)
	return put(part)
}

// sleep waits, and reports whether the context still stands.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
