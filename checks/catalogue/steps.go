package catalogue

import "github.com/panneau-ecole/panneau/checks"

// StepYAML is a further page of a check as it is written.
type StepYAML struct {
	Name           string        `yaml:"name"`
	URL            string        `yaml:"url"`
	Follow         PatternYAML   `yaml:"follow"`
	Accept         []int         `yaml:"accept"`
	MustContain    []PatternYAML `yaml:"must_contain"`
	MustNotContain []PatternYAML `yaml:"must_not_contain"`
}

func steps(list []StepYAML) []checks.Step {
	var plain []checks.Step
	for _, y := range list {
		plain = append(plain, checks.Step{
			Name: y.Name, URL: y.URL, Follow: y.Follow.Pattern, Accept: y.Accept,
			MustContain: patterns(y.MustContain), MustNotContain: patterns(y.MustNotContain),
		})
	}
	return plain
}
