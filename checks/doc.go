// Package checks looks at the platforms from outside, as a family's browser would, and says what it saw.
//
// A [Spec] describes one check, [New] turns it into a [bot.Checker]. There is one file per kind of check; the table in
// [New]'s file is the only place that knows them all: a new kind is one file and one line.
//
// A check never logs in, keeps no cookie beyond one run, says who it is (User-Agent) and connects anew each time: it
// must prove that a family that comes now gets in. What it cannot tell apart from its own trouble, and
// what depends on where one asks, it calls unknown.
package checks
