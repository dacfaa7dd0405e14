package trace

import "time"

// Difference is a decision of then and one of now. One that was made only then has no Now, one that is made only now no
// Then.
type Difference struct{ Then, Now Decision }

// Compare holds what is decided against what was decided then. Decisions of the same kind about the same platform, at
// most near apart and in the same order, are the same; they differ where they are more than alike apart.
func Compare(then, now []Decision, near, alike time.Duration) []Difference {
	var list []Difference
	used := make([]bool, len(now))
	for _, d := range then {
		i := d.among(now, used, near)
		if i < 0 {
			list = append(list, Difference{Then: d})
			continue
		}
		used[i] = true
		if apart := now[i].At.Sub(d.At).Abs(); apart > alike {
			list = append(list, Difference{d, now[i]})
		}
	}
	for i, d := range now {
		if !used[i] {
			list = append(list, Difference{Now: d})
		}
	}
	return list
}

// among finds the first decision of a list that is the same and not used up; -1 for none.
func (d Decision) among(list []Decision, used []bool, near time.Duration) int {
	for i, other := range list {
		same := other.Platform == d.Platform && other.Condition == d.Condition && other.Reason == d.Reason
		if same && !used[i] && other.At.Sub(d.At).Abs() <= near {
			return i
		}
	}
	return -1
}
