package trace

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// LineError is a line of a trace that cannot be read. Its texts are for the person who wrote it.
type LineError struct {
	File            string
	Line            int // from 1; 0: the file as a whole
	Problem, Remedy string
}

// Error names the place, what is wrong there and what to do.
func (e *LineError) Error() string {
	return fmt.Sprintf("%s:%d : %s. %s", e.File, e.Line, e.Problem, e.Remedy)
}

// wrong is a LineError whose place is filled in later.
func wrong(remedy, format string, values ...any) *LineError {
	return &LineError{Problem: fmt.Sprintf(format, values...), Remedy: remedy}
}

// Read reads a trace; file is what errors, each a [*LineError], call it.
func Read(r io.Reader, file string) (*Trace, error) {
	t := &Trace{
		Name: strings.TrimSuffix(filepath.Base(file), ".trace"), Every: 10 * time.Second, Limit: 5 * time.Second,
		Within: 30 * time.Second, Checks: make(map[bot.PlatformID][]string), Addresses: make(map[bot.PlatformID]string),
		Rings: make(map[string]int), Heard: make(map[string]int),
	}
	lines, n := bufio.NewScanner(r), 0
	for lines.Scan() {
		n++
		text, comment, _ := strings.Cut(lines.Text(), "#")
		if t.Title == "" {
			t.Title = strings.TrimSpace(comment)
		}
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		if err := t.line(words); err != nil {
			err.File, err.Line = file, n
			return nil, err
		}
	}
	if err := lines.Err(); err != nil {
		return nil, &LineError{file, n + 1, "la ligne ne peut pas être lue (" + err.Error() + ")", "Vérifiez qu’il s’agit d’un fichier de texte."}
	}
	if err := t.whole(); err != nil {
		err.File, err.Line = file, n
		return nil, err
	}
	return t, nil
}

// key is how the lines that begin with a word are read.
type key struct {
	least int    // words that must follow
	form  string // an example
	read  func(t *Trace, words []string) *LineError
}

func keys() map[string]key {
	return map[string]key{
		"start":    {3, "start 2021-04-06 07:55 Europe/Paris", (*Trace).begin},
		"every":    {1, "every 10s", func(t *Trace, w []string) *LineError { return duration(w[0], &t.Every) }},
		"limit":    {1, "limit 5s", func(t *Trace, w []string) *LineError { return duration(w[0], &t.Limit) }},
		"within":   {1, "within 30s", func(t *Trace, w []string) *LineError { return duration(w[0], &t.Within) }},
		"platform": {1, "platform ent checks accueil,connexion needs educonnect", (*Trace).platform},
		"usual":    {2, "usual ent 2s 08:00 09:00", (*Trace).custom},
		"vantage":  {1, "vantage lyon", func(t *Trace, w []string) *LineError { t.Vantages = append(t.Vantages, w[0]); return nil }},
		"quorum":   {1, "quorum 2", func(t *Trace, w []string) *LineError { return number(w[0], &t.Quorum) }},
		"chat":     {2, "chat parents families ent pronote", (*Trace).chat},
		"outage":   {4, "outage ent down 08:00 08:30", (*Trace).outage},
		"rings":    {2, "rings parents 2", func(t *Trace, w []string) *LineError { return count(w, t.Rings) }},
		"heard":    {2, "heard parents 2", func(t *Trace, w []string) *LineError { return count(w, t.Heard) }},
	}
}

// line takes the words of one line in.
func (t *Trace) line(words []string) *LineError {
	if first := words[0]; first[0] >= '0' && first[0] <= '9' {
		return t.moment(first, words[1:])
	}
	k, known := keys()[words[0]]
	if !known {
		return wrong("Une ligne commence par start, every, limit, platform, usual, vantage, quorum, chat, outage, within, rings, heard ou une heure.",
			"le mot %q est inconnu", words[0])
	}
	if len(words)-1 < k.least {
		return wrong("Écrivez par exemple : "+k.form, "il manque quelque chose après %q", words[0])
	}
	if t.Start.IsZero() && words[0] != "start" && strings.Contains(strings.Join(words, ""), ":") && words[0] != "chat" {
		return wrong("Écrivez d’abord la ligne « start ».", "l’heure n’a pas encore de jour")
	}
	return k.read(t, words[1:])
}

// whole checks what no line can know.
func (t *Trace) whole() *LineError {
	switch {
	case t.Start.IsZero():
		return wrong("Ajoutez par exemple : start 2021-04-06 07:55 Europe/Paris", "le début manque")
	case t.Start.Year() < 2001:
		return wrong("Écrivez un jour à partir de 2001.", "le jour est trop ancien pour être rejoué")
	case t.End.IsZero():
		return wrong("Ajoutez à la fin, par exemple : 09:00 end", "la fin manque")
	case !t.End.After(t.Start):
		return wrong("Corrigez la ligne « end ».", "la fin ne vient pas après le début")
	}
	known := func(id bot.PlatformID) bool {
		return slices.ContainsFunc(t.Platforms, func(p bot.Platform) bool { return p.ID == id })
	}
	var named []bot.PlatformID
	for _, s := range t.Scenes {
		named = append(named, s.Platform)
	}
	for _, v := range t.Seen {
		named = append(named, v.Platform)
	}
	for _, d := range t.Told {
		named = append(named, d.Platform)
	}
	for _, id := range named {
		if !known(id) && !slices.Contains([]bot.PlatformID{Uplink, Uplink6, Process, "*"}, id) {
			return wrong(fmt.Sprintf("Ajoutez une ligne : platform %s", id), "la plateforme %q n’est décrite nulle part", id)
		}
	}
	return nil
}

func duration(word string, d *time.Duration) *LineError {
	read, err := time.ParseDuration(word)
	if err != nil || read <= 0 {
		return wrong("Écrivez par exemple 80ms, 10s ou 2m.", "%q n’est pas une durée", word)
	}
	*d = read
	return nil
}

func number(word string, n *int) *LineError {
	read, err := strconv.Atoi(word)
	if err != nil || read < 0 {
		return wrong("Écrivez par exemple 2.", "%q n’est pas un nombre", word)
	}
	*n = read
	return nil
}

func count(words []string, of map[string]int) *LineError {
	var n int
	err := number(words[1], &n)
	of[words[0]] = n
	return err
}

// begin reads « 2021-04-06 07:55 Europe/Paris ».
func (t *Trace) begin(words []string) *LineError {
	place, err := time.LoadLocation(words[2])
	if err != nil {
		return wrong("Écrivez par exemple Europe/Paris ou Indian/Reunion.", "le fuseau %q est inconnu", words[2])
	}
	t.Start, err = time.ParseInLocation("2006-01-02 15:04", words[0]+" "+words[1], place)
	if err != nil {
		return wrong("Écrivez par exemple : start 2021-04-06 07:55 Europe/Paris", "« %s %s » n’est pas un jour et une heure", words[0], words[1])
	}
	return nil
}

// clock reads « 08:00 », « 08:00:30 », « 08:00:30.250 » and « 2d08:00 »: a time of the first day or of a later one.
func (t *Trace) clock(word string) (time.Time, *LineError) {
	bad := wrong("Écrivez par exemple 08:00, 08:00:30.250 ou, deux jours plus tard, 2d08:00.", "%q n’est pas une heure", word)
	days, hours := 0, word
	if day, rest, found := strings.Cut(word, "d"); found {
		var err error
		if days, err = strconv.Atoi(day); err != nil {
			return time.Time{}, bad
		}
		hours = rest
	}
	layout := "15:04"
	if strings.Count(hours, ":") == 2 {
		layout = "15:04:05" // which reads fractions of a second as well
	}
	c, err := time.Parse(layout, hours)
	if err != nil {
		return time.Time{}, bad
	}
	y, m, d := t.Start.Date()
	return time.Date(y, m, d+days, c.Hour(), c.Minute(), c.Second(), c.Nanosecond(), t.Start.Location()), nil
}

// span reads two times.
func (t *Trace) span(words []string) (from, to time.Time, err *LineError) {
	if from, err = t.clock(words[0]); err == nil {
		to, err = t.clock(words[1])
	}
	return from, to, err
}

// property is a word of a platform, with how many words follow it.
type property struct {
	words int
	read  func(t *Trace, p *bot.Platform, words []string) *LineError
}

func properties() map[string]property {
	period := func(list func(*bot.Platform) *[]bot.Period) property {
		return property{2, func(t *Trace, p *bot.Platform, words []string) *LineError {
			from, to, err := t.span(words)
			*list(p) = append(*list(p), bot.Period{From: from, To: to})
			return err
		}}
	}
	return map[string]property{
		"checks": {1, func(t *Trace, p *bot.Platform, w []string) *LineError {
			t.Checks[p.ID] = strings.Split(w[0], ",")
			return nil
		}},
		"named": {1, func(_ *Trace, p *bot.Platform, w []string) *LineError {
			p.Name = strings.ReplaceAll(w[0], "_", " ")
			return nil
		}},
		"needs": {1, func(_ *Trace, p *bot.Platform, w []string) *LineError {
			p.DependsOn = append(p.DependsOn, bot.Dependency{On: bot.PlatformID(w[0])})
			return nil
		}},
		"for": {1, func(_ *Trace, p *bot.Platform, w []string) *LineError {
			if len(p.DependsOn) == 0 {
				return wrong("Écrivez par exemple : needs educonnect for families", "« for » ne suit pas « needs »")
			}
			last := &p.DependsOn[len(p.DependsOn)-1]
			last.Readers = append(last.Readers, bot.Audience(w[0]))
			return audience(w[0])
		}},
		"shares":      {1, func(_ *Trace, p *bot.Platform, w []string) *LineError { p.Shares = append(p.Shares, w[0]); return nil }},
		"at":          {1, func(t *Trace, p *bot.Platform, w []string) *LineError { t.Addresses[p.ID] = w[0]; return nil }},
		"ahead":       {1, func(_ *Trace, p *bot.Platform, w []string) *LineError { return duration(w[0], &p.Ahead) }},
		"on-demand":   {0, func(_ *Trace, p *bot.Platform, _ []string) *LineError { p.OnDemand = true; return nil }},
		"open":        period(func(p *bot.Platform) *[]bot.Period { return &p.Openings }),
		"maintenance": period(func(p *bot.Platform) *[]bot.Period { return &p.Maintenances }),
		"suspended":   period(func(p *bot.Platform) *[]bot.Period { return &p.Suspensions }),
	}
}

// platform reads « ent checks accueil,connexion needs educonnect for families on-demand open 08:00 18:00 ».
func (t *Trace) platform(words []string) *LineError {
	p := bot.Platform{ID: bot.PlatformID(words[0]), Name: words[0]}
	t.Checks[p.ID] = []string{"accueil"}
	for words = words[1:]; len(words) > 0; {
		key, known := properties()[words[0]]
		if !known {
			return wrong("Les mots d’une plateforme : checks, named, needs, for, shares, at, ahead, on-demand, open, maintenance, suspended.",
				"le mot %q d’une plateforme est inconnu", words[0])
		}
		if len(words)-1 < key.words {
			return wrong("Complétez la ligne.", "il manque quelque chose après %q", words[0])
		}
		if err := key.read(t, &p, words[1:1+key.words]); err != nil {
			return err
		}
		words = words[1+key.words:]
	}
	t.Platforms = append(t.Platforms, p)
	return nil
}

func audience(word string) *LineError {
	if !slices.Contains(bot.Audiences(), bot.Audience(word)) {
		return wrong("Écrivez families, teachers ou staff.", "le public %q est inconnu", word)
	}
	return nil
}

// chat reads « parents families ent pronote ».
func (t *Trace) chat(words []string) *LineError {
	d := bot.Destination{
		ID: bot.DestinationID(string(account) + ":" + words[0]), Account: account, Address: bot.Address{Channel: words[0]},
		Audience: bot.Audience(words[1]), Place: bot.Place{Location: time.UTC, Name: "Paris"}, Languages: []string{"fr"},
	}
	for _, id := range words[2:] {
		d.Follows = append(d.Follows, bot.PlatformID(id))
	}
	t.Chats = append(t.Chats, d)
	t.Rings[words[0]] = -1
	return audience(words[1])
}

func condition(word string) *LineError {
	if !slices.Contains(bot.Conditions(), bot.Condition(word)) {
		return wrong("Les états : "+strings.Join(texts(bot.Conditions()), ", ")+".", "l’état %q est inconnu", word)
	}
	return nil
}

// texts are words as strings.
func texts[S ~string](list []S) []string {
	all := make([]string, len(list))
	for i, one := range list {
		all[i] = string(one)
	}
	return all
}

// outage reads « ent down 08:00 08:30 ».
func (t *Trace) outage(words []string) *LineError {
	from, to, err := t.span(words[2:])
	if err != nil {
		return err
	}
	t.Outages = append(t.Outages, Outage{bot.PlatformID(words[0]), bot.Condition(words[1]), from, to})
	return condition(words[1])
}

// custom reads « ent 2s 08:00 09:00 ».
func (t *Trace) custom(words []string) *LineError {
	c := Custom{Platform: bot.PlatformID(words[0]), To: 24}
	if err := duration(words[1], &c.Took); err != nil {
		return err
	}
	if len(words) > 3 {
		from, to, err := t.span(words[2:])
		if err != nil {
			return err
		}
		c.From, c.To = from.Hour(), to.Hour()
	}
	t.Usual = append(t.Usual, c)
	return nil
}

// moment reads what stands after a time.
func (t *Trace) moment(clock string, words []string) *LineError {
	if t.Start.IsZero() {
		return wrong("Écrivez d’abord la ligne « start ».", "l’heure n’a pas encore de jour")
	}
	at, err := t.clock(clock)
	switch {
	case err != nil:
		return err
	case len(words) == 0:
		return wrong("Écrivez par exemple : 08:00 ent refused", "il n’y a rien après l’heure")
	case words[0] == "end":
		t.End = at
		return nil
	case words[0] == "saw":
		return t.saw(at, words[1:])
	case words[0] == "told":
		return t.told(at, words[1:])
	}
	return t.scene(at, words)
}

// scene reads « ent/connexion 503 », « * up », « uplink down », « @lyon ent 503 » and « @lyon process stopped ».
func (t *Trace) scene(at time.Time, words []string) *LineError {
	s := Scene{At: at, Check: "*"}
	if place, from := strings.CutPrefix(words[0], "@"); from {
		s.Vantage, words = place, words[1:]
		if place != Here && !slices.Contains(t.Vantages, place) {
			return wrong("Ajoutez au-dessus une ligne : vantage "+place, "le lieu %q est inconnu", place)
		}
	}
	if len(words) < 2 {
		return wrong("Écrivez par exemple : 08:00 ent refused", "il manque ce que les contrôles rencontrent")
	}
	platform, check, found := strings.Cut(words[0], "/")
	if found {
		s.Check = check
	}
	s.Platform, s.State = bot.PlatformID(platform), words[1]
	if len(words) > 2 {
		s.Argument = words[2]
	}
	t.Scenes = append(t.Scenes, s)
	return s.check()
}

// check refuses what nothing can meet.
func (s Scene) check() *LineError {
	allowed := States()
	switch s.Platform {
	case Uplink, Uplink6:
		allowed = []string{"down", "up"}
	case Process:
		allowed = []string{"running", "stopped"}
	}
	if !slices.Contains(allowed, s.State) {
		return wrong("Les mots permis : "+strings.Join(allowed, ", ")+".", "le mot %q est inconnu ici", s.State)
	}
	switch s.State {
	case "slow", "takes", "flap":
		var d time.Duration
		return duration(s.Argument, &d)
	case "lossy":
		var n int
		return number(s.Argument, &n)
	}
	return nil
}
