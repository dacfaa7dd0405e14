package catalogue

import (
	"errors"
	"fmt"
	"slices"

	"github.com/panneau-ecole/panneau/bot"
)

// Node is what several platforms have in common without anybody logging in there: a hosting, a publisher, an owner. It
// decides nothing: platforms of one node that fail together are « several services at the same time ».
type Node struct {
	ID   bot.PlatformID // in one space of names with the platforms
	Kind NodeKind
	Name string // in French
	// Hosts are the domains of the node: a platform that is checked below one of them stands on it.
	Hosts []string
	// Canary is the platform whose checks look at the node itself; empty where there is none.
	Canary  bot.PlatformID
	Sources []string // entries of SOURCES.md
	Note    string   // what else the sources say, in French
}

// NodeKind is how much is known of what the platforms of a node share.
type NodeKind string

// The kinds of node.
const (
	Hosting NodeKind = "hosting" // a source says that they are hosted together
	Vendor  NodeKind = "vendor"  // the same publisher; nothing is known of the hosting
	Owner   NodeKind = "owner"   // the same owner, below one domain
)

// Upstream lists the platforms that an audience needs to log in to one, directly or not, the nearest first. An empty
// audience stands for all of them.
func (c *Catalogue) Upstream(id bot.PlatformID, reader bot.Audience) []Entry {
	web := c.web()
	var found []Entry
	for _, root := range web.Roots(id) {
		if reader == "" || slices.Contains(web.Dependants(root, reader), id) {
			e, _ := c.Find(root)
			found = append(found, e)
		}
	}
	return found
}

// Downstream lists the platforms that an audience cannot log in to without one, directly or not, in the catalogue's
// order. An empty audience stands for all of them.
func (c *Catalogue) Downstream(id bot.PlatformID, reader bot.Audience) []Entry {
	web := c.web()
	return slices.DeleteFunc(slices.Clone(c.Platforms), func(e Entry) bool {
		if reader == "" {
			return !slices.Contains(web.Roots(e.ID), id)
		}
		return !slices.Contains(web.Dependants(id, reader), e.ID)
	})
}

// web is who depends on whom.
func (c *Catalogue) web() bot.Web {
	var list []bot.Platform
	for _, e := range c.Platforms {
		list = append(list, e.Platform)
	}
	return bot.NewWeb(list)
}

// NodesOf lists the nodes that a platform stands on.
func (c *Catalogue) NodesOf(e Entry) []Node {
	var list []Node
	for _, n := range c.Nodes {
		if slices.Contains(e.StandsOn, n.ID) {
			list = append(list, n)
		}
	}
	return list
}

// Members lists the platforms that stand on a node.
func (c *Catalogue) Members(node bot.PlatformID) []Entry {
	return slices.DeleteFunc(slices.Clone(c.Platforms), func(e Entry) bool { return !slices.Contains(e.StandsOn, node) })
}

// validateNodes looks at the nodes and the platforms that they name.
func validateNodes(nodes []Node, entries []Entry) error {
	var errs []error
	taken := make(map[bot.PlatformID]bool)
	for _, e := range entries {
		taken[e.ID] = true
	}
	for _, n := range nodes {
		if n.Canary != "" && !taken[n.Canary] {
			errs = append(errs, fmt.Errorf("node %s: unknown platform %q", n.ID, n.Canary))
		}
	}
	for _, n := range nodes {
		if taken[n.ID] || n.ID == "" {
			errs = append(errs, fmt.Errorf("node %q: the ID is taken or empty", n.ID))
		}
		taken[n.ID] = true
		if !slices.Contains([]NodeKind{Hosting, Vendor, Owner}, n.Kind) || n.Name == "" {
			errs = append(errs, fmt.Errorf("node %s: unknown kind %q or no name", n.ID, n.Kind))
		}
	}
	return errors.Join(errs...)
}
