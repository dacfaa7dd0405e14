package catalogue

import "strings"

// Watched is when a platform of the catalogue is watched.
type Watched string

// The ways to be watched.
const (
	Always    Watched = "always" // by every installation
	InArea    Watched = "area"   // where a destination of its académies follows everything
	WhenNamed Watched = "named"  // where a destination follows it by name, or the configuration mentions it
	Never     Watched = "never"  // not without checks of the operator's own
)

// Watched reports when a platform is watched.
func (e Entry) Watched() Watched {
	switch {
	case len(e.Checks) == 0:
		return Never
	case e.Default:
		return Always
	case len(e.Areas) > 0 && e.Sure():
		return InArea
	default:
		return WhenNamed
	}
}

// Words says it in French.
func (w Watched) Words() string {
	switch w {
	case Always:
		return "d’office"
	case InArea:
		return "dans son académie"
	case Never:
		return "sans contrôle"
	default:
		return "si elle est nommée"
	}
}

// Words says in French what a grade stands for.
func (c Confidence) Words() string {
	switch c {
	case Confirmed:
		return "code ou page de 2025-2026, ou source officielle"
	case Dated:
		return "source plus ancienne ou partielle"
	case Presumed:
		return "connaissance générale, à vérifier"
	default:
		return "donnée par la configuration"
	}
}

// Words says in French what the platforms of a node of this kind share.
func (k NodeKind) Words() string {
	switch k {
	case Hosting:
		return "même hébergement"
	case Vendor:
		return "même éditeur ; un hébergement commun n’est pas établi"
	default:
		return "même exploitant"
	}
}

// Where says in French whom an entry serves: its académies, or the whole country.
func (e Entry) Where() string {
	if len(e.Areas) == 0 {
		return "national"
	}
	return strings.Join(e.Areas, ", ")
}
