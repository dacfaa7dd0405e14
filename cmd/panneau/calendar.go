package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
)

func (m Main) calendarCommand() *cobra.Command {
	var file, year string
	command := &cobra.Command{
		Use:   "calendrier [ZONE]",
		Short: "Montre le calendrier scolaire d’une zone, ce qui en est inconnu et d’où il vient.",
		Long: `Montre le calendrier scolaire d’une zone : a, b, c, corse, un territoire d’outre-mer (la-reunion) ou le nom d’une
académie (Lille). Sans zone, dit jusqu’à quand chaque calendrier est connu.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{errors.New("« panneau calendrier » attend une seule zone ; mettez un nom de plusieurs mots entre guillemets")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return m.showCalendar(file, year, args) },
	}
	command.PersistentFlags().StringVarP(&file, "config", "c", "", "fichier de configuration")
	command.Flags().StringVar(&year, "annee", "", "année scolaire : 2026-2027, ou 2026 là où elle suit l’année civile")
	command.AddCommand(&cobra.Command{
		Use:   "import FICHIER",
		Short: "Ajoute un export plus récent du calendrier du ministère (CSV ou JSON).",
		Long: `Ajoute un export plus récent du jeu de données « fr-en-calendrier-scolaire » du ministère, en CSV ou en JSON :
https://data.education.gouv.fr/explore/dataset/fr-en-calendrier-scolaire/export/

Rien de bon n’est perdu : ce que le fichier n’a pas est conservé. Un fichier qui contient une faute n’est pas importé.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("« panneau calendrier import » attend un fichier")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return m.importCalendar(file, args[0]) },
	})
	return command
}

// calendarFile is where the data folder keeps what was imported.
func calendarFile(c *config.Config) string { return filepath.Join(c.DataDir, "calendrier.csv") }

// importedSource names what was imported to whoever reads the calendar.
const importedSource = "export du ministère importé par l’exploitant (calendrier.csv)"

// imported reads what was imported; nothing is fine.
func imported(c *config.Config) ([]calendar.Period, time.Time, error) {
	name := calendarFile(c)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, time.Time{}, nil
	}
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read the imported calendar: %w", err)
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read the imported calendar: %w", err)
	}
	periods, err := calendar.Parse(name, data, importedSource)
	return periods, info.ModTime(), err
}

// almanac is the embedded calendar together with what was imported.
func almanac(c *config.Config) (*calendar.Almanac, error) {
	periods, at, err := imported(c)
	if err != nil {
		return nil, err
	}
	return together(periods, at)
}

// together merges the embedded calendar and what was imported at some time. The newer of both counts.
func together(periods []calendar.Period, at time.Time) (*calendar.Almanac, error) {
	embedded, err := calendar.Embedded()
	if err != nil || len(periods) == 0 {
		return embedded, err
	}
	older, newer := embedded, periods
	if calendar.DateOf(at) < calendar.Copied() {
		older, newer = calendar.Of(periods), embedded.All()
	}
	merged, _ := older.Merge(newer)
	return merged, nil
}

// schoolDays is what the calendar knows of school days.
func schoolDays(c *config.Config) (*bot.Quiet, error) {
	known, err := almanac(c)
	if _, broken := errors.AsType[*calendar.FileError](err); broken { // the operator was warned
		known, err = calendar.Embedded()
	}
	if err != nil {
		return nil, fmt.Errorf("load the calendar: %w", err)
	}
	return bot.NewQuiet(known), nil
}

// paced reports whether a destination is ever silent, or lives by a rhythm.
func paced(c *config.Config) bool {
	return slices.ContainsFunc(c.Destinations, func(d config.Destination) bool { return d.Silence.Zone+d.Rhythm.Zone != "" })
}

// settings reads the configuration for a command that needs the data folder alone.
func (m Main) settings(file string) (*config.Config, error) {
	words, err := locales.New()
	if err != nil {
		return nil, fmt.Errorf("load the texts: %w", err)
	}
	return m.load(file, words)
}

// typeset prints French as it is to be read.
func typeset(w io.Writer, text string) { fmt.Fprint(w, locales.Typeset(text)) }

func (m Main) showCalendar(file, year string, args []string) error {
	c, err := m.settings(file)
	if err != nil {
		return err
	}
	known, err := almanac(c)
	if err != nil {
		return m.refuseCalendar(err)
	}
	if len(args) == 0 {
		text, err := calendarOverview(known, time.Now())
		typeset(m.Stdout, text)
		return err
	}
	zone, err := calendar.Find(args[0])
	if err != nil {
		return usageError{fmt.Errorf("zone ou académie inconnue : « %s ». Donnez a, b, c, corse, un territoire d’outre-mer (la-reunion) ou le nom d’une académie (Lille)", args[0])}
	}
	schools, err := known.Schools(zone)
	if err != nil {
		return err
	}
	today := calendar.DateOf(time.Now().In(schools.Clock()))
	if year == "" {
		year = yearOf(zone, today)
	}
	if !validYear(zone, year) {
		return usageError{fmt.Errorf("année scolaire inconnue : « %s ». Pour cette zone, écrivez par exemple %s", year, yearOf(zone, today))}
	}
	typeset(m.Stdout, calendarSheet{known, schools, zone, year, today}.String())
	return nil
}

// civil reports whether a zone's school year is the civil year.
func civil(zone calendar.Zone) bool {
	return zone.ID == "nouvelle-caledonie" || zone.ID == "wallis-et-futuna"
}

// validYear reports whether a school year is written as those of a zone are.
func validYear(zone calendar.Zone, year string) bool {
	first := firstYear(year)
	return first >= 2000 && first < 2100 && year == yearOf(zone, calendar.On(first, time.August, 1))
}

// yearOf is the school year that a day belongs to. One begins in August.
func yearOf(zone calendar.Zone, day calendar.Date) string {
	year, month, _ := day.Civil()
	if civil(zone) {
		return fmt.Sprint(year)
	}
	if month < time.August {
		year--
	}
	return fmt.Sprintf("%d-%d", year, year+1)
}

// refuseCalendar prints what is wrong with a calendar's file.
func (m Main) refuseCalendar(err error) error {
	wrong, ok := errors.AsType[*calendar.FileError](err)
	if !ok {
		return err
	}
	fmt.Fprintln(m.Stderr, locales.Typeset(wrong.Error()))
	return errSaid
}

// importCalendar puts a newer export into the data folder.
func (m Main) importCalendar(file, name string) error {
	c, err := m.settings(file)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return usageError{fmt.Errorf("le fichier « %s » est illisible : %w", name, err)}
	}
	periods, err := calendar.Parse(name, data, importedSource)
	if err != nil {
		return m.refuseCalendar(err)
	}
	older, at, err := imported(c)
	if wrong, broken := errors.AsType[*calendar.FileError](err); broken {
		fmt.Fprintln(m.Stderr, locales.Typeset(wrong.Error()+"\nLe calendrier importé auparavant est illisible : il est remplacé."))
	} else if err != nil {
		return err
	}
	before, err := together(older, at)
	if err != nil {
		return err
	}
	_, report := before.Merge(periods)
	if len(report.Changes) > 0 || len(report.Dropped) > 0 {
		merged, _ := calendar.Of(older).Merge(periods)
		if err := keepCalendar(c, merged); err != nil {
			return err
		}
	}
	typeset(m.Stdout, importReport(report, calendarFile(c)))
	return nil
}

// keepCalendar writes what was imported, now and before, into the data folder.
func keepCalendar(c *config.Config, a *calendar.Almanac) error {
	text, err := calendar.Format(a.All())
	if err != nil {
		return fmt.Errorf("write the calendar: %w", err)
	}
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return fmt.Errorf("create the data folder: %w", err)
	}
	if err := replaceFile(calendarFile(c), text); err != nil {
		return fmt.Errorf("write the calendar: %w", err)
	}
	return nil
}

// replaceFile writes a file as a whole: a power cut leaves the old one or the new one.
func replaceFile(name string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// warnCalendar tells the operator what is wrong with an imported calendar: the embedded one is used then.
func (m Main) warnCalendar(c *config.Config) error {
	_, err := almanac(c)
	if wrong, ok := errors.AsType[*calendar.FileError](err); ok {
		fmt.Fprintln(m.Stderr, locales.Typeset(wrong.Error()+"\nLe calendrier importé est ignoré ; le calendrier d’origine est utilisé."))
		return nil
	}
	return err
}

// schools are those of the zones that destinations live by.
func (a *app) schools() ([]*calendar.Schools, error) {
	known, err := almanac(a.config)
	if _, broken := errors.AsType[*calendar.FileError](err); broken { // the operator was warned
		known, err = calendar.Embedded()
	}
	if err != nil {
		return nil, fmt.Errorf("load the calendar: %w", err)
	}
	var list []*calendar.Schools
	for _, id := range zones(a.config) {
		zone, err := calendar.Find(id)
		if err != nil {
			return nil, err
		}
		schools, err := known.Schools(zone)
		if err != nil {
			return nil, err
		}
		list = append(list, schools)
	}
	return list, nil
}

// zones lists the ids of the zones that destinations live by.
func zones(c *config.Config) []string {
	var ids []string
	for _, d := range c.Destinations {
		if d.Zone.ID != "" && !slices.Contains(ids, d.Zone.ID) {
			ids = append(ids, d.Zone.ID)
		}
	}
	return ids
}
