package bot

import (
	"slices"
	"time"
)

// PlatformID names a platform in the catalogue, in configuration, tables and logs: "pronote", "ent-aura".
type PlatformID string

// Audience is who reads a chat.
type Audience string

// The audiences. Families get no jargon, staff get evidence.
const (
	Families Audience = "families"
	Teachers Audience = "teachers"
	Staff    Audience = "staff"
)

// Audiences lists every audience.
func Audiences() []Audience { return []Audience{Families, Teachers, Staff} }

// Platform is what families know by one name: Pronote, an ENT, ÉduConnect.
type Platform struct {
	ID      PlatformID
	Name    string     // as the owner writes it and as it stands on screen
	Aliases []string   // other words that people type for it
	URL     string     // a public page that may be printed in a notice; empty where none is confirmed
	Areas   []string   // the académies it serves; empty for the whole country
	Readers []Audience // whom its notices concern; empty for everybody
	// OnDemand is true for a platform that its owner opens only in some periods (« Ma classe à la maison »): outside of
	// its Openings, not reaching it is « fermé », never an outage.
	OnDemand     bool
	Openings     []Period
	Maintenances []Period // announced by its owner: not reaching it then is « maintenance prévue »
	// Ahead is how long before a maintenance those who follow the platform are told of it; 0: they are not.
	Ahead       time.Duration
	Suspensions []Period // switched off by decision
	DependsOn   []Dependency
	Shares      []string // what it has in common with others, although nobody logs in there: a hoster, a vendor
}

// Dependency says that people cannot use a platform while another one fails.
type Dependency struct {
	On      PlatformID
	Readers []Audience // who enters that way; empty for everybody
}

// Serves reports whether p is used in one of the académies.
func (p Platform) Serves(académies []string) bool {
	return len(p.Areas) == 0 || slices.ContainsFunc(p.Areas, func(a string) bool { return slices.Contains(académies, a) })
}

// Concerns reports whether notices about p are for audience a.
func (p Platform) Concerns(a Audience) bool {
	return len(p.Readers) == 0 || slices.Contains(p.Readers, a)
}
