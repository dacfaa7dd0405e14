package emulator

// Button is something to press beneath a message, as a person sees it. The person may still see it when it is gone, and
// a client of their own making may send any data.
type Button struct {
	Message string // id of the message
	Label   string
	Data    string // what the bot gets when it is pressed
}

// Presser is what an emulated platform offers for buttons.
type Presser interface {
	// Buttons lists what can be pressed in a channel, in the order of its messages.
	Buttons(channel string) []Button
	// Press makes a person press a button in a channel. The bot receives it as the platform would send it.
	Press(channel, user string, b Button)
	// Repeat sends the last press once more, with the same identity, as a platform does that is not sure of itself.
	Repeat()
}
