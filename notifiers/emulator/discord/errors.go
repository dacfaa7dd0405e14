package discord

import "net/http"

// The errors that a bot meets, with Discord's own words.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
var (
	errUnauthorised      = apiError{http.StatusUnauthorized, 0, "401: Unauthorized"}
	errNotFound          = apiError{http.StatusNotFound, 0, "404: Not Found"}
	errUnknownChannel    = apiError{http.StatusNotFound, 10003, "Unknown Channel"}
	errUnknownGuild      = apiError{http.StatusNotFound, 10004, "Unknown Guild"}
	errUnknownMessage    = apiError{http.StatusNotFound, 10008, "Unknown Message"}
	errUnknownWebhook    = apiError{http.StatusNotFound, 10015, "Unknown Webhook"}
	errUnknownApp        = apiError{http.StatusNotFound, 10002, "Unknown Application"}
	errUnknownExchange   = apiError{http.StatusNotFound, 10062, "Unknown interaction"}
	errUnknownUser       = apiError{http.StatusNotFound, 10013, "Unknown User"}
	errTooManyPins       = apiError{http.StatusBadRequest, 30003, "Maximum number of pins reached for the channel (250)"}
	errAcknowledged      = apiError{http.StatusBadRequest, 40060, "Interaction has already been acknowledged."}
	errUserAgent         = apiError{http.StatusForbidden, 40333, "internal network error"}
	errMissingAccess     = apiError{http.StatusForbidden, 50001, "Missing Access"}
	errOtherAuthor       = apiError{http.StatusForbidden, 50005, "Cannot edit a message authored by another user"}
	errTooLarge          = apiError{http.StatusRequestEntityTooLarge, 40005, "Request entity too large"}
	errEmptyMessage      = apiError{http.StatusBadRequest, 50006, "Cannot send an empty message"}
	errShut              = apiError{http.StatusForbidden, 50007, "Cannot send messages to this user"}
	errMissingPermission = apiError{http.StatusForbidden, 50013, "Missing Permissions"}
	errThreadArchived    = apiError{http.StatusBadRequest, 50083, "Thread is archived"}
	errThreadLocked      = apiError{http.StatusBadRequest, 160005, "Thread is locked"}
	errInvalidToken      = apiError{http.StatusUnauthorized, 50027, "Invalid Webhook Token"}
	errNotJSON           = apiError{http.StatusBadRequest, 50109, "The request body contains invalid JSON."}
)

// apiError is an error as the API answers it.
type apiError struct {
	status  int
	code    int
	message string
}

func (e apiError) reply() reply {
	return reply{status: e.status, body: map[string]any{"message": e.message, "code": e.code}}
}

// formErrors are the things that are wrong with a request's body, by the path of the field.
type formErrors struct{ tree map[string]any }

// add notes a problem with the field at the path.
func (f *formErrors) add(code, message string, path ...string) {
	if f.tree == nil {
		f.tree = make(map[string]any)
	}
	at := f.tree
	for _, step := range path {
		next, ok := at[step].(map[string]any)
		if !ok {
			next = make(map[string]any)
			at[step] = next
		}
		at = next
	}
	at["_errors"] = []any{map[string]string{"code": code, "message": message}}
}

func (f *formErrors) any() bool { return len(f.tree) > 0 }

// reply is the answer for an invalid body: code 50035 with the tree of problems.
// https://docs.discord.com/developers/reference#error-messages
func (f *formErrors) reply() reply {
	return reply{status: http.StatusBadRequest, body: map[string]any{
		"message": "Invalid Form Body", "code": 50035, "errors": f.tree,
	}}
}
