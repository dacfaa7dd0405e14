package bot

import "time"

// Vantage is a place that checks run from, as it shows itself in the database.
type Vantage struct {
	Name        string
	Beat        int64     // grows as long as the place shows life
	Written     int64     // grows when it sees something else than before
	SilentSince time.Time // since when it is known to show none; zero while it does
}

// View is what one place has settled of one platform.
type View struct {
	Platform  PlatformID
	Vantage   string
	Condition Condition
	Since     time.Time // the first verdict of it
	SeenAt    time.Time // the newest verdict when it was written
	Reason    Reason    // of the verdict that decided
	Evidence  Evidence  // of that verdict
}

// Panel is the places that look at the platforms besides the one that decides. Without others, that one decides alone.
type Panel struct {
	Others []string           // names
	Quorum map[PlatformID]int // how many places must see an outage before it is told; 0: more than half of those that count
}

// VantageTx keeps what the places see. A vantage's role in the database may read all of it, and write as itself: it
// cannot call anybody silent.
type VantageTx interface {
	// Vantages lists the places, by name.
	Vantages() ([]Vantage, error)
	// EnterVantage gives the name of a place to a holder: whoever had it before finds out with the next beat.
	EnterVantage(name, holder string) error
	// ExpectVantage writes down that there is a place, if it is not there yet.
	ExpectVantage(name string) error
	// BeatVantage shows that a place is alive, and how many views it has written with that. ErrConflict: the name is
	// somebody else's by now.
	BeatVantage(name, holder string, written int) error
	// SilenceVantage writes down since when a place shows no life; zero: it does.
	SilenceVantage(name string, since time.Time) error
	// DropVantage forgets a place and what it saw.
	DropVantage(name string) error
	// Views lists what a place sees, PresentViews what all those see that are not silent, in no order.
	Views(vantage string) ([]View, error)
	PresentViews() ([]View, error)
	PutView(v View) error
	DropView(vantage string, p PlatformID) error
}

// The troubles of places: one that shows no life, and does not count any more; one that is back; a platform that fails
// as seen from some places and not from others, for a while. Each is told once.
const (
	TroubleSilent TroubleKind = "silent"
	TroubleHeard  TroubleKind = "heard"
	TroubleSplit  TroubleKind = "split"
)
