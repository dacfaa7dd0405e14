package bot

import "time"

// Letter is what a message says that is about the state of no platform: a trouble of ours, told to an operator, or an
// operator's own words to chats. It goes
// through the ledger as an announcement does, so that it is posted once and kept true. Nothing in it is markup.
type Letter struct {
	Kind   LetterKind
	Title  string
	Text   []string // paragraphs
	Remedy string   `json:",omitempty"` // what the operator can do
	Counts []Tale   `json:",omitempty"` // of a storm: how many troubles of each kind it tells of
	Urgent bool     `json:",omitempty"` // of a circular: it rings in quiet hours, too
	// Corrected is that a circular had another text before.
	Corrected bool `json:",omitempty"`
	// Offers are the actions that can mend the trouble.
	Offers []Action `json:",omitempty"`
	// Mend is what an operator did that ended the trouble; nil where it ended by itself.
	Mend *Mend `json:",omitempty"`
}

// LetterKind is what a letter is for.
type LetterKind string

// The kinds of letter.
const (
	LetterTrouble LetterKind = "trouble" // something that an operator can mend
	LetterStorm   LetterKind = "storm"   // so many troubles that one letter tells of all
)

// Tale is how many troubles of one kind a letter tells of.
type Tale struct {
	Title string
	Count int
	Over  int // of them, those that are over
}

// Written is the condition of a letter: none of a platform. It only says that its readers have heard it.
const Written Condition = "written"

// Rank is how early a letter leaves among all that is due: each after the ones of before, and none before news of an
// outage.
type Rank int

// The ranks.
const (
	RankNews    Rank = 0 // an outage begins, gets worse, is over
	RankRoutine Rank = 1 // a living message is kept true
	RankOffice  Rank = 2 // what concerns operators only
)

// LetterTx keeps letters and the troubles that they tell of.
type LetterTx interface {
	// Letter reads a letter. Incidents are none.
	Letter(id IncidentID) (Incident, error)
	// LetterAbout reads the newest letter that is about something, goes on and has not come to its end.
	LetterAbout(subject string, now time.Time) (Incident, error)
	// OweLetter makes a letter's current revision due at some destinations, and at every one that has an older one.
	OweLetter(i Incident, to []DestinationID, rank Rank, now time.Time) error
	// LettersSince counts the letters that a destination was to get since a time.
	LettersSince(to DestinationID, since time.Time) (int, error)
	// ForwardTroubles makes another destination owed what one was not told yet of troubles.
	ForwardTroubles(from, to DestinationID, now time.Time) error
	// AddTrouble writes down that something goes wrong. It reports false where that was known already: what began before
	// the time stale is told anew.
	AddTrouble(t TroubleNote, stale time.Time) (news bool, err error)
	// EndTrouble writes down that something goes wrong no more, and lists the letters that told of it.
	EndTrouble(subject string, now time.Time) ([]IncidentID, error)
	// TroublesIn lists what a letter tells of, in the order in which it began.
	TroublesIn(id IncidentID) ([]TroubleNote, error)
	// ToldOf lists the destinations that have a letter, or are to get it.
	ToldOf(id IncidentID) ([]DestinationID, error)
	// OpenTroubles lists the subjects of what goes wrong, each once.
	OpenTroubles() ([]string, error)
}

// TroubleNote is a trouble as it is written down.
type TroubleNote struct {
	Subject string // what it is about: the same for everything that ends together
	Step    int64  // told anew at each: days left, for one
	Kind    TroubleKind
	Since   time.Time
	Over    bool
	Letter  IncidentID // that tells of it; 0 while none does
}
