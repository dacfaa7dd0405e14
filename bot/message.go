package bot

import (
	"slices"
	"strings"
	"time"
)

// Notice is the language-free content of a message about an incident, for one reader.
type Notice struct {
	Purpose   Purpose
	Incident  Incident
	Platform  Platform
	Affected  []Platform // what the reader follows and cannot use either, because it depends on the platform
	Beside    []Platform // what the reader follows and fails together with the platform, nobody knows why
	Offers    []Offer    // what else the reader can do now, at most MostOffers, the best first
	Audience  Audience
	CheckedAt time.Time     // the newest verdict about the platform
	Now       time.Time     // the moment of rendering
	Every     time.Duration // how often the platform is checked
	Vantages  int           // from how many places it is checked
	Place     Place         // whose clock the times are given in
	PageURL   string        // the public page of the incident; empty where there is none
	// Statements are those to show, oldest first.
	Statements []Statement
	Heard      Condition // what the reader was last told aloud; NotYetKnown before the first message
}

// Purpose is why a message about an incident is sent.
type Purpose string

// The purposes. A bulletin is the one living message, edited in place; the others are short audible messages that
// call attention to it.
const (
	PurposeBulletin Purpose = "bulletin" // the living message, whatever its step
	PurposeWorse    Purpose = "worse"    // « … est maintenant inaccessible »
	PurposeBack     Purpose = "back"     // « … est de nouveau accessible »
	PurposeAgain    Purpose = "again"    // « … est à nouveau inaccessible »
)

// Place is a territory's clock, with the words that name it when zones differ.
type Place struct {
	Location *time.Location // never nil in a rendered notice
	Name     string         // « Paris », « La Réunion »; shown as « heure de … » where it matters
}

// Tone is the mood of a message, for colours. A message never depends on it: the words come first.
type Tone string

// The tones.
const (
	ToneCalm  Tone = "calm"  // all is well, or is well again
	ToneInfo  Tone = "info"  // to know: planned, closed, not verifiable, help
	ToneWarn  Tone = "warn"  // usable with patience
	ToneAlarm Tone = "alarm" // not usable
)

// Message is a text in one language, free of markup: adapters lay it out natively and escape it. Every string is
// plain text that may hold anything a person can type. Empty parts are left out.
type Message struct {
	Lang     string // BCP 47: "fr", "ar"; a right-to-left language is laid out so
	Tone     Tone
	Title    string    // « Pronote : inaccessible »
	Summary  string    // one or two sentences that stand alone: shown by phones, read by screen readers
	Facts    []Fact    // label and value, in order of importance
	Sections []Section // headed blocks: what to do, statements, the platforms of a status answer
	Links    []Link
	Footer   string    // small print
	Buttons  []Button  // beneath; they have the labels of the first language
	Picture  *Picture  // shows the same; nil for none
	Also     []Message // the same in the chat's further languages, laid out beneath
}

// Fact is a labelled value: « Depuis » – « 8 h 05 ».
type Fact struct {
	Label, Value string
	Evidence     bool // reads the same in every language: an address, a code
}

// Section is a headed block of paragraphs and list items.
type Section struct {
	Heading string
	Text    []string // paragraphs
	Items   []string // list items, one a line
}

// Link is a text that leads to an address (https, or http on a private network).
type Link struct{ Text, URL string }

// inEach writes a message in several languages, the first above the others. What reads the same in all of them stands there
// once: links and technical evidence in the first, an operator's own words in the last, which has them in its language.
func inEach(languages []string, write func(lang string) (Message, error)) (Message, error) {
	var message Message
	for i, lang := range languages {
		text, err := write(lang)
		if err != nil {
			return Message{}, err
		}
		if i == 0 {
			message = text
			continue
		}
		message = message.above(text)
		message.Also = append(message.Also, text.beneath(message))
	}
	return message, nil
}

// above is what stands above the same message in another language.
func (m Message) above(last Message) Message {
	var said []string
	for _, s := range last.Sections {
		said = append(said, s.Items...)
	}
	var sections []Section
	for _, s := range m.Sections {
		items := slices.DeleteFunc(slices.Clone(s.Items), func(item string) bool { return slices.Contains(said, bare(item)) })
		if len(items) < len(s.Items) && len(items)+len(s.Text) == 0 {
			continue
		}
		s.Items = items
		sections = append(sections, s)
	}
	m.Sections = sections
	for i := range m.Also {
		m.Also[i] = m.Also[i].above(last)
	}
	return m
}

// bare is a text without the isolates that stand around it in a language written from right to left.
func bare(text string) string { return strings.Trim(text, "\u2066\u2067\u2068\u2069") }

// beneath is what stands beneath the same message in another language.
func (m Message) beneath(first Message) Message {
	m.Links = slices.DeleteFunc(slices.Clone(m.Links), func(link Link) bool {
		return slices.ContainsFunc(first.Links, func(l Link) bool { return l.URL == link.URL })
	})
	m.Facts = slices.DeleteFunc(slices.Clone(m.Facts), func(fact Fact) bool { return fact.Evidence })
	m.Buttons, m.Picture = nil, nil
	return m
}

// Renderer puts facts into words. A language that it does not have is an error.
type Renderer interface {
	// Choose returns the languages to write in, the first above the others: those of a chat, or that of one person in it
	// where nobody else reads the answer (asker; empty otherwise). What nobody has reviewed yet has French beneath; a
	// language that there is not is passed over, and French stands where none is left.
	Choose(asker string, chat []string) []string

	Notice(lang string, n Notice) (Message, error)
	Overview(lang string, o Overview) (Message, error)
	Playbook(lang string, p Playbook) (Message, error)
	Help(lang string, h Help) (Message, error)
	Welcome(lang string, w Welcome) (Message, error)
	Answer(lang string, a Answer) (Message, error)
	// Brief is an answer to an operator, in French.
	Brief(b Brief) (Message, error)
	// Said is what is said about an incident: sections and links, nothing else.
	Said(lang string, list []Statement, place Place, now time.Time) (Message, error)
	// Trial is a notice that is marked as an example.
	Trial(lang string, n Notice) (Message, error)
	// Languages lists the languages that it has.
	Languages() []string
	Note(lang string, n Note) (Message, error)
	// Details is what is known of one incident.
	Details(lang string, d Details) (Message, error)
	// Button is the label of a button.
	Button(lang string, a Action) (string, error)
	// Form puts a form and its fields into words, and the choices that have none yet.
	Form(lang string, f Form) (Form, error)
	// Letter renders a notice whose incident is a letter.
	Letter(lang string, n Notice) (Message, error)
}
