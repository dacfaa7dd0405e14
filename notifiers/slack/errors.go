package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/slack-go/slack"

	"github.com/panneau-ecole/panneau/bot"
)

// defaultWait is how long nothing is sent after a 429 that does not say it.
const defaultWait = 30 * time.Second

// kindOf is the table of Slack's errors: what each means for a delivery. It holds every error that the reference
// lists for the methods used here; found is false for any other one.
// https://docs.slack.dev/reference/methods/chat.postMessage#errors, chat.update#errors and chat.delete#errors
func kindOf(code string) (kind bot.ErrorKind, found bool) {
	switch code {
	case "ratelimited", "rate_limited":
		return bot.KindThrottled, true

	case "account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed", "org_login_required",
		"not_allowed_token_type", "two_factor_setup_required", "forbidden_team", "app_access_restricted",
		"enterprise_is_restricted", "is_bot",
		"accesslimited", // the workspace does not let this network in
		// The only scope of posting and editing is chat:write: without it no channel can be reached.
		"missing_scope":
		return bot.KindUnauthorised, true

	case "channel_not_found", "is_archived", "is_inactive", "not_in_channel", "channel_is_limited_access",
		"restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
		"restricted_action_thread_locked", "restricted_action_non_threadable_channel", "cannot_reply_to_message",
		"thread_not_found", "ekm_access_denied", "access_denied", "messages_tab_disabled", "team_not_found",
		"posting_to_channel_denied", "user_not_in_channel",
		// Slack explains it with « make sure your app is a member of the conversation ».
		"no_permission":
		return bot.KindGone, true

	// A message that may no longer be edited is as good as deleted: only a new one can tell the truth.
	case "message_not_found", "cant_update_message", "cant_delete_message", "edit_window_closed":
		return bot.KindMissing, true

	case "service_unavailable", "request_timeout", "team_added_to_org", "external_channel_migrating",
		"message_limit_exceeded", "streaming_state_conflict", "unknown_method":
		return bot.KindTransient, true

	// « It's possible some aspect of the operation succeeded before the error was raised. »
	case "fatal_error", "internal_error", "update_failed":
		return bot.KindUncertain, true

	case "msg_too_long", "no_text", "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch",
		"metadata_too_large", "invalid_metadata_format", "invalid_metadata_schema", "metadata_must_be_sent_from_app",
		"markdown_text_conflict", "too_many_attachments", "invalid_attachments", "attachment_payload_limit_exceeded",
		"too_many_contact_cards", "as_user_not_supported", "send_on_behalf_not_allowed", "cant_broadcast_message",
		"no_dual_broadcast_content_update":
		return bot.KindRejected, true

	// What these are about is never sent: drafts, client message ids, files and canvases.
	case "draft_already_deleted", "draft_already_sent", "draft_has_conflict", "draft_not_found",
		"duplicate_channel_not_found", "duplicate_message_not_found", "blocked_file_type", "file_deleted",
		"file_is_deleted", "file_not_found", "file_share_limit_reached", "max_file_sharing_exceeded",
		"missing_file_data", "unable_to_share_files", "slack_connect_blocked_file_type",
		"slack_connect_canvas_sharing_blocked", "slack_connect_clip_sharing_blocked",
		"slack_connect_file_link_sharing_blocked", "slack_connect_file_upload_sharing_blocked",
		"slack_connect_lists_sharing_blocked":
		return bot.KindRejected, true

	// A window that cannot be shown any more, or at all.
	case "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "view_too_large", "hash_conflict",
		"duplicate_external_id", "missing_profile_id", "not_enabled", "not_implemented":
		return bot.KindRejected, true

	// The request itself is wrong, and will be the next time.
	case "invalid_arguments", "invalid_arg_name", "invalid_array_arg", "invalid_charset", "invalid_form_data",
		"invalid_json", "invalid_post_type", "missing_post_type", "missing_args", "insecure_request",
		"invalid_cursor", "invalid_ts_latest", "invalid_ts_oldest", "invalid_metadata_filter_keys",
		"method_not_supported_for_channel_type", "deprecated_endpoint", "method_deprecated",
		"list_record_comment_fetch_failed":
		return bot.KindRejected, true
	}
	// Slack said no, so nothing was sent; what it means is for the next version to know.
	return bot.KindTransient, false
}

// kindOfStatus tells what an HTTP status means that comes without an error of Slack's: from a proxy, or from the
// servers in front of it: no word about the text or the channel. A server error may hide that Slack carried the request
// out.
func kindOfStatus(status int) bot.ErrorKind {
	switch {
	case status == http.StatusTooManyRequests:
		return bot.KindThrottled
	case status == http.StatusUnauthorized:
		return bot.KindUnauthorised
	case status >= 300 && status < 500:
		return bot.KindTransient
	default:
		return bot.KindUncertain
	}
}

// refusal is an error that Slack itself gave.
type refusal struct {
	code   string
	needed string // with missing_scope: the scopes of which one is needed
}

// Error names Slack's error.
func (r refusal) Error() string {
	if r.needed != "" {
		return r.code + " (needs " + r.needed + ")"
	}
	return r.code
}

// call carries one request out and turns whatever goes wrong into a *bot.DeliveryError.
func (n *Notifier) call(ctx context.Context, method string, do func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return &bot.DeliveryError{Kind: bot.KindTransient, Err: fmt.Errorf("%s: %w", method, err)}
	}
	x := &exchange{}
	err := do(x.watched(ctx))
	if err == nil && !x.confirmed() {
		err = errors.New("the answer says neither ok nor why not")
	}
	if err == nil {
		return nil
	}
	failure := n.judge(x, err)
	failure.Err = fmt.Errorf("%s: %w", method, failure.Err)
	if failure.Kind == bot.KindThrottled {
		failure.RetryAfter, failure.Scope = x.wait(), scope(method)
	}
	return failure
}

// confirmed reports whether the answer says ok: the library takes one without ok and without an error for a success.
func (x *exchange) confirmed() bool {
	var answer struct{ OK bool }
	return json.Unmarshal(x.body, &answer) == nil && answer.OK
}

func (x *exchange) wait() time.Duration {
	if x.retryAfter > 0 {
		return x.retryAfter
	}
	return defaultWait
}

// judge tells what a failed request means from what was seen on the wire.
func (n *Notifier) judge(x *exchange, err error) *bot.DeliveryError {
	if r, ok := n.refused(x, err); ok {
		kind, _ := kindOf(r.code)
		return &bot.DeliveryError{Kind: kind, Err: r}
	}
	switch {
	case x.status >= 300:
		return &bot.DeliveryError{Kind: kindOfStatus(x.status), Err: fmt.Errorf("HTTP status %d", x.status)}
	case x.status > 0: // a success that is cut short, or not Slack's
		return &bot.DeliveryError{Kind: bot.KindUncertain, Err: n.clean(err)}
	case x.sent():
		return &bot.DeliveryError{Kind: bot.KindUncertain, Err: n.clean(err)}
	default:
		return &bot.DeliveryError{Kind: bot.KindTransient, Err: n.clean(err)}
	}
}

// refused finds the error that Slack gave, in the library's error or in an answer that the library did not read.
func (n *Notifier) refused(x *exchange, err error) (refusal, bool) {
	answer := struct{ Error, Needed string }{}
	if known, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		answer.Error, answer.Needed = known.Err, known.Needed
	} else if json.Unmarshal(x.body, &answer) != nil || answer.Error == "" {
		return refusal{}, false
	}
	// Only what looks like a code is repeated: anything else could hold anything.
	if !regexp.MustCompile(`^[a-z][a-z0-9_]{1,60}$`).MatchString(answer.Error) {
		answer.Error = "an error without a code"
	}
	if !regexp.MustCompile(`^[a-z.:,_ ]{1,200}$`).MatchString(answer.Needed) {
		answer.Needed = ""
	}
	return refusal{code: answer.Error, needed: answer.Needed}, true
}

// scope names the bucket that a 429 is about. Of a posting Slack does not say whether the channel or the whole workspace
// is meant.
func scope(method string) string {
	switch method {
	case "chat.postMessage":
		return ""
	case "chat.update", "chat.delete":
		return editBucket // what an edit needs has to wait, whichever of its methods is refused
	default:
		return method
	}
}

// kind is the kind of an error that call returned; empty for nil.
func kind(err error) bot.ErrorKind {
	if failure, ok := errors.AsType[*bot.DeliveryError](err); ok {
		return failure.Kind
	}
	return ""
}

// because reports whether Slack refused with one of the codes.
func because(err error, codes ...string) bool {
	r, ok := errors.AsType[refusal](err)
	for _, code := range codes {
		if ok && r.code == code {
			return true
		}
	}
	return false
}

func rejected(err error) error { return &bot.DeliveryError{Kind: bot.KindRejected, Err: err} }
