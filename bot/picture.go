package bot

import "errors"

// Picture shows what a message says in words as well, for whoever would rather look than read. Only messages that are
// never edited have one. Where it cannot be shown, the message is told without it.
type Picture struct {
	Name string                 // of its file: "semaine.png"
	Alt  string                 // what it shows, in the message's language, at most MaxAlt characters
	Draw func() ([]byte, error) // a PNG, drawn when it is needed: nothing keeps it
}

// MaxAlt is the longest alternative text that every platform takes, in characters: Slack's limit, Discord's is 1024.
// https://docs.slack.dev/reference/methods/files.getUploadURLExternal#errors (alt_txt_too_large)
const MaxAlt = 1000

// PictureRefused reports whether an attempt to send a message with its picture failed so that the same message without
// it may be sent at once: nothing was sent, and the picture may be why.
func PictureRefused(err error) bool {
	failed, ok := errors.AsType[*DeliveryError](err)
	return ok && (failed.Kind == KindRejected || failed.Kind == KindGone || failed.Kind == KindTransient)
}
