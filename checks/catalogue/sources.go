package catalogue

import (
	_ "embed" // the sources travel with the data
	"strings"
)

//go:embed SOURCES.md
var sources string

// Sources spells the marks out that entries and nodes name their sources by: "R1" is « bain3/pronotepy, … ». It reads
// the tables of SOURCES.md.
func Sources() map[string]string {
	list := make(map[string]string)
	for line := range strings.Lines(sources) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 4 || cells[0] != "" {
			continue
		}
		mark, text := strings.TrimSpace(cells[1]), strings.TrimSpace(cells[2])
		if mark != "repère" && !strings.HasPrefix(mark, "---") {
			list[mark] = strings.ReplaceAll(text, "`", "")
		}
	}
	return list
}
