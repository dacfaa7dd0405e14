package bot

// Condition is what families are told of a platform. The zero value means that nothing is known yet.
type Condition string

// The conditions, with the French words that families read (vocabulary of the texts: package locales).
const (
	NotYetKnown     Condition = ""
	Normal          Condition = "normal"       // fonctionne normalement
	Slowed          Condition = "slow"         // fonctionne lentement
	Partial         Condition = "partial"      // fonctionne en partie
	Unstable        Condition = "unstable"     // fonctionne par moments
	LoginImpossible Condition = "login"        // connexion impossible
	Saturated       Condition = "saturated"    // saturé
	Unreachable     Condition = "down"         // inaccessible
	Maintenance     Condition = "maintenance"  // maintenance prévue
	Suspended       Condition = "suspended"    // suspendu par décision
	Closed          Condition = "closed"       // fermé
	Unverifiable    Condition = "unverifiable" // non vérifiable
)

// Conditions lists every condition that can be told, from the best to the worst, then those that are no outage.
func Conditions() []Condition {
	return []Condition{
		Normal, Slowed, Partial, Unstable, LoginImpossible, Saturated, Unreachable,
		Maintenance, Suspended, Closed, Unverifiable,
	}
}

// Severity ranks what the condition costs a person who wants to use the platform: 0 nothing that an outage notice
// would help with, 1 to 2 usable with patience, 3 to 4 not usable.
func (c Condition) Severity() int {
	switch c {
	case Slowed:
		return 1
	case Partial, Unstable:
		return 2
	case LoginImpossible, Saturated:
		return 3
	case Unreachable:
		return 4
	default:
		return 0
	}
}

// Outage reports whether the condition is worth an incident: something is wrong with the platform that its users feel
// and that is neither planned nor decided.
func (c Condition) Outage() bool { return c.Severity() > 0 }

// Usable reports whether a person can still use the platform, if with patience.
func (c Condition) Usable() bool { return c.Severity() < 3 }

// Planned reports whether the condition is one that people have decided on.
func (c Condition) Planned() bool { return c == Maintenance || c == Suspended || c == Closed }
