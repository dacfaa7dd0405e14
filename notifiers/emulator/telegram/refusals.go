package telegram

import (
	"strings"
)

// Refusal is an error text of Telegram's server, with its code in words at the start.
type Refusal string //nolint:errname // Telegram refuses: the word of the emulators

// The texts are those of https://github.com/tdlib/telegram-bot-api (Client.cpp, ClientManager.cpp) at commit 01a3679;
// capitals with underscores are errors of the servers behind it, which it passes on.
const (
	errNotFound         Refusal = "Not Found"
	errNoMethod         Refusal = "Not Found: method not found"
	errUnauthorised     Refusal = "Unauthorized"
	errConflict         Refusal = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
	errChatEmpty        Refusal = "Bad Request: chat_id is empty"
	errChatNotFound     Refusal = "Bad Request: chat not found"
	errUserNotFound     Refusal = "Bad Request: user not found"
	errBadUser          Refusal = "Bad Request: invalid user_id specified"
	errAdminRequired    Refusal = "Bad Request: CHAT_ADMIN_REQUIRED"
	errNoAdministrators Refusal = "Bad Request: there are no administrators in the private chat"
	errUpgraded         Refusal = "Bad Request: group chat was upgraded to a supergroup chat"
	errNoRights         Refusal = "Bad Request: not enough rights to send text messages to the chat"
	errNoChannelRights  Refusal = "Bad Request: need administrator rights in the channel chat"
	errNoPinRights      Refusal = "Bad Request: not enough rights to manage pinned messages in the chat"
	errWriteForbidden   Refusal = "Bad Request: CHAT_WRITE_FORBIDDEN"
	errThreadNotFound   Refusal = "Bad Request: message thread not found"
	errTopicClosed      Refusal = "Bad Request: TOPIC_CLOSED"
	errTextEmpty        Refusal = "Bad Request: message text is empty"
	errTooLong          Refusal = "Bad Request: message is too long"
	errNotUTF8          Refusal = "Bad Request: strings must be encoded in UTF-8"
	errNoParseMode      Refusal = "Bad Request: unsupported parse_mode"
	errEditNotFound     Refusal = "Bad Request: message to edit not found"
	errNotEditable      Refusal = "Bad Request: message can't be edited"
	errNotModified      Refusal = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"
	errDeleteNotFound   Refusal = "Bad Request: message to delete not found"
	errNotDeletable     Refusal = "Bad Request: message can't be deleted"
	errTooOldToDelete   Refusal = "Bad Request: message can't be deleted for everyone"
	errReplyNotFound    Refusal = "Bad Request: message to be replied not found"
	errPinNotFound      Refusal = "Bad Request: message to pin not found"
	errUnpinNotFound    Refusal = "Bad Request: message to unpin not found"
	errQueryTooOld      Refusal = "Bad Request: query is too old and response timeout expired or query ID is invalid"
	errBadCommand       Refusal = "Bad Request: BOT_COMMAND_INVALID"
	errBadCommandText   Refusal = "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"
	errTooManyCommands  Refusal = "Bad Request: BOT_COMMANDS_TOO_MUCH"
	errBadLanguage      Refusal = "Bad Request: invalid language code specified"
	errBadScope         Refusal = "Bad Request: can't parse BotCommandScope: unsupported type specified"
	errKickedGroup      Refusal = "Forbidden: bot was kicked from the group chat"
	errKickedSuper      Refusal = "Forbidden: bot was kicked from the supergroup chat"
	errKickedChannel    Refusal = "Forbidden: bot was kicked from the channel chat"
	errGroupDeleted     Refusal = "Forbidden: the group chat was deleted"
	errBlocked          Refusal = "Forbidden: bot was blocked by the user"
	errDeactivated      Refusal = "Forbidden: user is deactivated"
	errNotBegun         Refusal = "Forbidden: bot can't initiate conversation with a user"
	errButtonData       Refusal = "Bad Request: BUTTON_DATA_INVALID"
	errButtonText       Refusal = "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
	errMarkupTooLong    Refusal = "Bad Request: REPLY_MARKUP_TOO_LONG"
	errWindowTooLong    Refusal = "Bad Request: MESSAGE_TOO_LONG"
	errWindowURL        Refusal = "Bad Request: URL_INVALID"
	errNoTextToEdit     Refusal = "Bad Request: there is no text in the message to edit"
	errNoPhotoRights    Refusal = "Bad Request: not enough rights to send photos to the chat"
	errNoPhoto          Refusal = "Bad Request: wrong file identifier/HTTP URL specified"
	errPhotoBroken      Refusal = "Bad Request: IMAGE_PROCESS_FAILED"
	errPhotoSides       Refusal = "Bad Request: PHOTO_INVALID_DIMENSIONS"
	errCaptionTooLong   Refusal = "Bad Request: message caption is too long"
	parsePrefix                 = "Bad Request: can't parse entities: "
	retryPrefix                 = "Too Many Requests: retry after "
	jsonPrefix                  = "Bad Request: can't parse "
	requiredParameter           = "Bad Request: parameter \"%s\" is required"
	photoTooBig                 = "Bad Request: file of size %d bytes is too big for a photo; the maximum size is %d bytes"
)

// Refusals lists the texts with which the emulator refuses a post, an edit or a deletion, those with variable parts
// excepted.
func Refusals() []Refusal {
	return []Refusal{
		errNotFound, errNoMethod, errUnauthorised, errChatEmpty, errChatNotFound, errUpgraded, errNoRights, errNoChannelRights, errWriteForbidden,
		errThreadNotFound, errTopicClosed, errTextEmpty, errTooLong, errNotUTF8, errNoParseMode, errEditNotFound, errNotEditable, errNotModified,
		errDeleteNotFound, errNotDeletable, errTooOldToDelete, errReplyNotFound, errKickedGroup, errKickedSuper, errKickedChannel,
		errGroupDeleted, errBlocked, errDeactivated, errNotBegun, errButtonData, errButtonText, errMarkupTooLong, errNoTextToEdit,
		errNoPhotoRights, errNoPhoto, errPhotoBroken, errPhotoSides, errCaptionTooLong,
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
	case errTextEmpty, errTooLong, errNotUTF8, errNoParseMode, errBadCommand, errBadCommandText, errTooManyCommands, errBadLanguage, errBadScope,
		errChatEmpty, errNoMethod, errButtonData, errButtonText, errMarkupTooLong, errWindowTooLong, errWindowURL, errNoPhoto,
		errPhotoBroken, errPhotoSides, errCaptionTooLong:
		return true
	}
	return strings.HasPrefix(text, jsonPrefix) || strings.HasSuffix(text, "is required")
}
