package bot

import "context"

// Form is a command as a chat platform shows it that has forms. What is filled in stands for words after the command, which
// is then given as if a person had typed it: a form can do nothing that a command cannot.
type Form struct {
	Lang   string
	Action Action // that leads to it
	Title  string // at most 24 characters (https://docs.slack.dev/reference/views/modal-views)
	Send   string // the label of what sends it, as long
	Fields []Field
	Data   string // comes back with what was filled in
}

// Field is one thing to fill in.
type Field struct {
	Name    string // what the command calls it: "zone"
	Label   string
	Hint    string   // what it is for; empty for none
	Value   []string // as it stands: of the choices, or one text
	Choices []Choice // none for a text
	Most    int      // with choices: how many can be taken at once
	Longest int      // of a text: how many characters it can have
	Needed  bool     // cannot be left empty
}

// Choice is a value that a field can have.
type Choice struct {
	Value string // the word that a person would type
	Label string // empty until a [Renderer] has put it into words
}

// Submission is that a person sent a form. Nothing of it is stored or logged but what the command keeps.
type Submission struct {
	Press                      // who sent it, for which chat, with the form's Data
	Filled map[string][]string // what they filled in otherwise than it stood, by the names of the fields
}

// Submitter is what a handler can do besides, for chat platforms that have forms: take one that was filled in. Taking the
// same twice is harmless.
type Submitter interface {
	Submit(ctx context.Context, s Submission) (Reply, error)
}

// Host is what a handler can do besides, for chat platforms where the bot has a page of its own.
type Host interface {
	// Home is that page as it is at this moment, for the person who opens it. One without a title is not shown: the page
	// stays as it is.
	Home(ctx context.Context, r Request) (Message, error)
}
