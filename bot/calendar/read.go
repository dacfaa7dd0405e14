package calendar

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// record is a row of the ministry's data set, as text.
type record struct {
	line   int
	where  string // « fiche 12 : » where lines do not say it
	fields map[string]string
}

// values are the fields in the order of the columns.
func (r record) values() (list [len(columns)]string) {
	for i, name := range columns {
		list[i] = r.fields[name]
	}
	return list
}

// columns are those of the data set that count.
var columns = [...]string{"description", "population", "start_date", "end_date", "zones", "annee_scolaire"}

// The most that a file may hold: ten times the ministry's of 2025.
const (
	mostBytes   = 8 << 20
	mostRecords = 25_000
)

const exportRemedy = "téléchargez à nouveau l’export CSV ou JSON du jeu de données fr-en-calendrier-scolaire"

// records reads either form of the data set.
func records(data []byte) ([]record, *Problem) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	trimmed := bytes.TrimSpace(data)
	switch {
	case len(data) > mostBytes:
		return nil, &Problem{1, "", "fichier de plus de 8 Mo", exportRemedy}
	case len(trimmed) == 0:
		return nil, &Problem{1, "", "fichier vide", exportRemedy}
	case !utf8.Valid(data):
		return nil, &Problem{1, "", "texte qui n’est pas en UTF-8", exportRemedy}
	case trimmed[0] == '[' || trimmed[0] == '{':
		return fromJSON(data)
	default:
		return fromCSV(data)
	}
}

// fromCSV reads rows below a line with the names of the columns, separated by semicolons as the ministry does, or by
// commas.
func fromCSV(data []byte) ([]record, *Problem) {
	reader := csv.NewReader(bytes.NewReader(data))
	reader.Comma = ';'
	if header, _, _ := bytes.Cut(data, []byte("\n")); !bytes.Contains(header, []byte(";")) {
		reader.Comma = ','
	}
	header, err := reader.Read()
	if err != nil {
		return nil, csvProblem(err)
	}
	at := map[string]int{}
	for i, name := range header {
		at[name] = i
	}
	for _, name := range columns {
		if _, ok := at[name]; !ok {
			return nil, &Problem{1, name, "colonne manquante", exportRemedy}
		}
	}
	var list []record
	for {
		row, err := reader.Read()
		switch {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, csvProblem(err)
		case len(list) == mostRecords:
			return nil, &Problem{1, "", fmt.Sprintf("plus de %d lignes", mostRecords), exportRemedy}
		}
		line, _ := reader.FieldPos(0)
		r := record{line, "", map[string]string{}}
		for _, name := range columns {
			r.fields[name] = row[at[name]]
		}
		list = append(list, r)
	}
}

func csvProblem(err error) *Problem {
	var broken *csv.ParseError
	if errors.As(err, &broken) {
		return &Problem{broken.Line, "", "ligne illisible (guillemets ou nombre de colonnes)", exportRemedy}
	}
	return &Problem{1, "", "fichier illisible", exportRemedy}
}

// fromJSON reads the list of an export, or the answer of /records, whose list is under « results ».
func fromJSON(data []byte) ([]record, *Problem) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	line := func() int {
		offset := min(int(decoder.InputOffset()), len(data))
		return 1 + bytes.Count(data[:offset], []byte("\n"))
	}
	broken := func() *Problem { return &Problem{line(), "", "JSON illisible", exportRemedy} }
	opening, err := decoder.Token()
	for opening == json.Delim('{') && err == nil {
		var key json.Token
		if key, err = decoder.Token(); err != nil || key == json.Delim('}') {
			return nil, &Problem{line(), "results", "liste manquante", exportRemedy}
		}
		if key == "results" {
			opening, err = decoder.Token()
			break
		}
		var skipped json.RawMessage
		err = decoder.Decode(&skipped)
	}
	if err != nil || opening != json.Delim('[') {
		return nil, broken()
	}
	var list []record
	for decoder.More() {
		var row map[string]any
		if err := decoder.Decode(&row); err != nil {
			return nil, broken()
		}
		if len(list) == mostRecords {
			return nil, &Problem{line(), "", fmt.Sprintf("plus de %d fiches", mostRecords), exportRemedy}
		}
		r := record{line(), fmt.Sprintf("fiche %d : ", len(list)+1), map[string]string{}}
		for _, name := range columns {
			value, ok := row[name]
			text, isText := value.(string)
			switch {
			case name == "population" && value == nil:
				text = "-" // the export leaves out what is empty
			case !ok || !isText:
				return nil, &Problem{r.line, name, r.where + "texte manquant", exportRemedy}
			}
			r.fields[name] = text
		}
		list = append(list, r)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, broken()
	}
	return list, nil
}
