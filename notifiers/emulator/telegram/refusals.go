package telegram

import (
	"strings"
)

// Refusal is an error text of Telegram's server, with its code in words at the start.
type Refusal string

// The texts are those of https://github.com/tdlib/telegram-bot-api (Client.cpp, ClientManager.cpp) at commit 01a3679;
// capitals with underscores are errors of the servers behind it, which it passes on.
const (
	notFound          Refusal = "Not Found"
	noMethod          Refusal = "Not Found: method not found"
	unauthorized      Refusal = "Unauthorized"
	conflict          Refusal = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
	chatEmpty         Refusal = "Bad Request: chat_id is empty"
	chatNotFound      Refusal = "Bad Request: chat not found"
	userNotFound      Refusal = "Bad Request: user not found"
	upgraded          Refusal = "Bad Request: group chat was upgraded to a supergroup chat"
	noRights          Refusal = "Bad Request: not enough rights to send text messages to the chat"
	noChannelRights   Refusal = "Bad Request: need administrator rights in the channel chat"
	noPinRights       Refusal = "Bad Request: not enough rights to manage pinned messages in the chat"
	writeForbidden    Refusal = "Bad Request: CHAT_WRITE_FORBIDDEN"
	threadNotFound    Refusal = "Bad Request: message thread not found"
	topicClosed       Refusal = "Bad Request: TOPIC_CLOSED"
	textEmpty         Refusal = "Bad Request: message text is empty"
	tooLong           Refusal = "Bad Request: message is too long"
	notUTF8           Refusal = "Bad Request: strings must be encoded in UTF-8"
	noParseMode       Refusal = "Bad Request: unsupported parse_mode"
	editNotFound      Refusal = "Bad Request: message to edit not found"
	notEditable       Refusal = "Bad Request: message can't be edited"
	notModified       Refusal = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"
	deleteNotFound    Refusal = "Bad Request: message to delete not found"
	notDeletable      Refusal = "Bad Request: message can't be deleted"
	tooOldToDelete    Refusal = "Bad Request: message can't be deleted for everyone"
	replyNotFound     Refusal = "Bad Request: message to be replied not found"
	pinNotFound       Refusal = "Bad Request: message to pin not found"
	unpinNotFound     Refusal = "Bad Request: message to unpin not found"
	queryTooOld       Refusal = "Bad Request: query is too old and response timeout expired or query ID is invalid"
	badCommand        Refusal = "Bad Request: BOT_COMMAND_INVALID"
	badCommandText    Refusal = "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"
	tooManyCommands   Refusal = "Bad Request: BOT_COMMANDS_TOO_MUCH"
	badLanguage       Refusal = "Bad Request: invalid language code specified"
	badScope          Refusal = "Bad Request: can't parse BotCommandScope: unsupported type specified"
	kickedGroup       Refusal = "Forbidden: bot was kicked from the group chat"
	kickedSuper       Refusal = "Forbidden: bot was kicked from the supergroup chat"
	kickedChannel     Refusal = "Forbidden: bot was kicked from the channel chat"
	groupDeleted      Refusal = "Forbidden: the group chat was deleted"
	blocked           Refusal = "Forbidden: bot was blocked by the user"
	deactivated       Refusal = "Forbidden: user is deactivated"
	parsePrefix               = "Bad Request: can't parse entities: "
	retryPrefix               = "Too Many Requests: retry after "
	jsonPrefix                = "Bad Request: can't parse "
	requiredParameter         = "Bad Request: parameter \"%s\" is required"
)

// Refusals lists the texts with which the emulator refuses a post, an edit or a deletion, those with variable parts
// excepted.
func Refusals() []Refusal {
	return []Refusal{
		notFound, noMethod, unauthorized, chatEmpty, chatNotFound, upgraded, noRights, noChannelRights, writeForbidden,
		threadNotFound, topicClosed, textEmpty, tooLong, notUTF8, noParseMode, editNotFound, notEditable, notModified,
		deleteNotFound, notDeletable, tooOldToDelete, replyNotFound, kickedGroup, kickedSuper, kickedChannel,
		groupDeleted, blocked, deactivated,
	}
}

// Error is the text itself.
func (r Refusal) Error() string { return string(r) }

// Code is the error code, and the HTTP status, that the text stands with.
func (r Refusal) Code() int {
	word, _, _ := strings.Cut(string(r), ":")
	return map[string]int{
		"Bad Request": 400, "Unauthorized": 401, "Forbidden": 403, "Not Found": 404, "Conflict": 409,
		"Too Many Requests": 429,
	}[word]
}

// refused is a refusal that says more.
type refused struct {
	Refusal
	parameters parameters
}

// Unwrap returns the text.
func (r refused) Unwrap() error { return r.Refusal }

// aboutContent reports whether a refusal says that the request itself was wrong, whatever the state of its chat.
func aboutContent(text string) bool {
	switch Refusal(text) {
	case textEmpty, tooLong, notUTF8, noParseMode, badCommand, badCommandText, tooManyCommands, badLanguage, badScope,
		chatEmpty, noMethod:
		return true
	}
	return strings.HasPrefix(text, jsonPrefix) || strings.HasSuffix(text, "is required")
}
