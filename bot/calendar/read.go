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
	if broken, ok := errors.AsType[*csv.ParseError](err); ok {
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
	found, err := enterList(decoder)
	if err != nil {
		return nil, broken()
	}
	if !found {
		return nil, &Problem{line(), "results", "liste manquante", exportRemedy}
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
		if problem := r.fill(row); problem != nil {
			return nil, problem
		}
		list = append(list, r)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, broken()
	}
	return list, nil
}

// enterList reads up to the first element of the list.
func enterList(decoder *json.Decoder) (bool, error) {
	opening, err := decoder.Token()
	if err != nil || opening == json.Delim('[') {
		return true, err
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return false, err
		}
		if key == "results" {
			opening, err := decoder.Token()
			return opening == json.Delim('['), err
		}
		var skipped json.RawMessage
		if err := decoder.Decode(&skipped); err != nil {
			return false, err
		}
	}
	_, err = decoder.Token()
	return false, err
}

// fill takes the columns of a record from JSON. An export leaves out what is empty, and only the population may be.
func (r record) fill(row map[string]any) *Problem {
	for _, name := range columns {
		text, ok := row[name].(string)
		if !ok && (name != "population" || row[name] != nil) {
			return &Problem{r.line, name, r.where + "texte manquant", exportRemedy}
		}
		r.fields[name] = text
	}
	return nil
}
