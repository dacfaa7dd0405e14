package bot

import "slices"

// Web is who depends on whom among the platforms that are watched. It does not change once made.
type Web struct {
	platforms  map[PlatformID]Platform
	dependants map[PlatformID][]PlatformID // direct ones, in the order of the platforms
}

// NewWeb returns the web of a list of platforms. Dependencies on others are left out.
func NewWeb(list []Platform) Web {
	w := Web{platforms: make(map[PlatformID]Platform), dependants: make(map[PlatformID][]PlatformID)}
	for _, p := range list {
		w.platforms[p.ID] = p
	}
	for _, p := range list {
		for _, d := range p.DependsOn {
			if _, known := w.platforms[d.On]; known && d.On != p.ID {
				w.dependants[d.On] = append(w.dependants[d.On], p.ID)
			}
		}
	}
	return w
}

// Platform returns a platform of the web. One that is not there is known by its ID only.
func (w Web) Platform(id PlatformID) Platform {
	if p, known := w.platforms[id]; known {
		return p
	}
	return Platform{ID: id, Name: string(id)}
}

// Roots lists what a platform depends on, directly or not, nearest first.
func (w Web) Roots(id PlatformID) []PlatformID {
	return w.closure(id, func(p PlatformID) []PlatformID {
		var on []PlatformID
		for _, d := range w.platforms[p].DependsOn {
			if _, known := w.platforms[d.On]; known {
				on = append(on, d.On)
			}
		}
		return on
	})
}

// Dependants lists what a reader cannot use while a platform fails, directly or not, nearest first.
func (w Web) Dependants(id PlatformID, reader Audience) []PlatformID {
	return w.closure(id, func(p PlatformID) []PlatformID {
		return slices.DeleteFunc(slices.Clone(w.dependants[p]), func(dependant PlatformID) bool {
			return !w.platforms[dependant].needs(p, reader)
		})
	})
}

// below lists whatever depends on a platform, directly or not, nearest first.
func (w Web) below(id PlatformID) []PlatformID {
	return w.closure(id, func(p PlatformID) []PlatformID { return w.dependants[p] })
}

// closure follows the steps from id until nothing new is met. It passes a circle once.
func (w Web) closure(id PlatformID, step func(PlatformID) []PlatformID) []PlatformID {
	var met []PlatformID
	for next := []PlatformID{id}; len(next) > 0; next = next[1:] {
		for _, p := range step(next[0]) {
			if p != id && !slices.Contains(met, p) {
				met, next = append(met, p), append(next, p)
			}
		}
	}
	return met
}

// needs reports whether a reader enters p by way of another platform.
func (p Platform) needs(on PlatformID, reader Audience) bool {
	return p.Concerns(reader) && slices.ContainsFunc(p.DependsOn, func(d Dependency) bool {
		return d.On == on && (len(d.Readers) == 0 || slices.Contains(d.Readers, reader))
	})
}

// Reach is whom an incident concerns: for each audience, the platforms whose followers hear of it.
type Reach map[Audience][]PlatformID

// Reach is whom an incident concerns: those who follow its platform and, while that one is of no use, those who follow
// what depends on it.
func (w Web) Reach(i Incident) Reach {
	reach := make(Reach)
	for _, reader := range Audiences() {
		if !w.Platform(i.Platform).Concerns(reader) {
			continue
		}
		reach[reader] = []PlatformID{i.Platform}
		if !i.Condition.Usable() || !i.Worst.Usable() {
			reach[reader] = append(reach[reader], w.Dependants(i.Platform, reader)...)
		}
	}
	return reach
}

// Affected lists the platforms of a chat that an incident makes useless besides its own.
func (w Web) Affected(i Incident, d Destination) []Platform {
	var list []Platform
	for _, id := range w.Reach(i)[d.Audience] {
		if id != i.Platform && slices.Contains(d.Follows, id) {
			list = append(list, w.Platform(id))
		}
	}
	return list
}

// Explains reports whether the open incident of one platform says enough about another one that depends on it and was
// found in a condition: who was told of the first need not be told of the second.
func (w Web) Explains(root Incident, id PlatformID, seen Condition) bool {
	if root.ID == 0 || !root.Open() || !root.Condition.Outage() || !slices.Contains(w.Roots(id), root.Platform) {
		return false
	}
	if root.Condition.Usable() {
		return seen == Slowed
	}
	everybody := !slices.ContainsFunc(Audiences(), func(a Audience) bool {
		return w.Platform(id).Concerns(a) && !slices.Contains(w.Dependants(root.Platform, a), id)
	})
	return everybody || seen != Unreachable && seen != Saturated
}
