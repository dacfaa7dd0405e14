package bot

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// maxChats is how many destinations the chats of an account may make: all of them are told of an outage within two
// minutes where the account may post 30 messages a second (https://core.telegram.org/bots/faq).
const maxChats = 2000

// errFull is returned where no more chats can subscribe themselves.
var errFull = errors.New("too many chats")

// barred says why a chat may not decide for itself: nothing where it may.
func (d *Desk) barred(a asking) AnswerKind {
	switch {
	case a.known && !a.chat.idle():
		return AnswerConfigured
	case !a.chat.made() && !d.Open:
		return AnswerClosed
	default:
		return ""
	}
}

// refusal answers a chat that may not decide for itself.
func (d *Desk) refusal(a asking, why AnswerKind) (Message, error) {
	return d.say(a, Answer{Kind: why, Account: d.Account, Channel: a.From.Channel})
}

// draft is the destination of a chat as it can be changed: a new one where it made none yet.
func (d *Desk) draft(a asking) Destination {
	chat := a.chat
	if chat.made() {
		wishes := *chat.Wishes
		wishes.Platforms = slices.Clone(wishes.Platforms)
		chat.Wishes = &wishes
		return chat
	}
	at := a.From
	if d.Chat == Slack { // where a thread passes, the channel stays
		at.Thread = ""
	}
	chat = d.Stranger
	chat.ID, chat.Account, chat.Address, chat.Wishes = destinationOf(d.Account, at), d.Account, at, &Wishes{}
	if a.known { // the configuration has let it go
		chat.ID = a.chat.ID
	}
	return chat
}

// save keeps a chat's changed destination, and has it told what goes on. It is awake then: somebody is there. The error is
// [ErrConflict] where the chat is no longer as the person found it.
func (d *Desk) save(ctx context.Context, a asking, chat Destination, what string) error {
	now := time.Now()
	err := d.Store.Update(ctx, func(tx Tx) error {
		if err := d.unchanged(tx, a); err != nil {
			return err
		}
		if !a.chat.made() {
			n, err := tx.ChatsMade(d.Account)
			if err != nil || n >= maxChats {
				return errors.Join(err, errFull)
			}
		}
		if err := enlist(tx, chat, d.Board.Platforms); err != nil {
			return err
		}
		if _, err := tx.Wake(d.Account, a.From.Channel, now); err != nil {
			return err
		}
		if err := apply(tx, d.Board.Platforms, now); err != nil {
			return err
		}
		return a.keep(tx, d.deed(a, a.From.Channel, what, now))
	})
	if err != nil {
		return fmt.Errorf("write the chat's wishes down: %w", err)
	}
	d.Woken()
	return nil
}

// unchanged is [ErrConflict] where a chat's settings are others than those that were read when the command came.
func (d *Desk) unchanged(tx Tx, a asking) error {
	there, err := tx.DestinationAt(d.Account, a.From)
	switch {
	case errors.Is(err, ErrNotFound) && !a.known:
		return nil
	case errors.Is(err, ErrNotFound):
		return ErrConflict
	case err != nil:
		return err
	case !a.known || !reflect.DeepEqual(there.choices(), a.chat.choices()):
		return ErrConflict
	}
	return nil
}

// choices are what people can change about a destination.
func (d Destination) choices() any {
	return struct {
		wishes    *Wishes
		address   Address
		audience  Audience
		languages []string
		silence   Silence
	}{d.Wishes, d.Address, d.Audience, d.Languages, d.Silence}
}

func (d *Desk) deed(a asking, channel, what string, now time.Time) Deed {
	return Deed{At: now, Account: d.Account, Channel: channel, Who: d.Turnstile.Name(d.Account, a.Person, now), What: what}
}

// interests is what a person wants announced.
type interests struct {
	zone      string // as it is kept; empty where none was named
	all       bool
	platforms []PlatformID
	unclear   string     // the first words that were not understood
	nearest   []Platform // what they may mean
}

// interestsIn reads a list of platforms, académies and the word for everything, as far as it is understood: looking for the
// name that each of many words may be a mistyped one of takes seconds.
func (d *Desk) interestsIn(typed string) interests {
	var in interests
	for _, part := range parts(typed) {
		if in.unclear != "" || d.interest(&in, part) {
			continue
		}
		for word := range strings.FieldsSeq(part) {
			if in.unclear == "" && !d.interest(&in, word) {
				in.unclear = part
				_, in.nearest = d.Board.named(part)
			}
		}
	}
	return in
}

// parts splits a list as people type it, and names everything once.
func parts(typed string) []string {
	typed = regexp.MustCompile(`(?i)[\n;]|\s(?:et|and)\s`).ReplaceAllString(spaced(typed), ",")
	var list []string
	for part := range strings.SplitSeq(typed, ",") {
		if part = strings.TrimSpace(part); Fold(part) != "" && !slices.Contains(list, part) {
			list = append(list, part)
		}
	}
	return list
}

// interest adds what one part of a list stands for, and reports whether it stands for something.
func (d *Desk) interest(in *interests, part string) bool {
	switch Fold(part) {
	case "tout", "tous", "toutes", "all", "everything", "tout ce qui est verifie":
		in.all = true
		return true
	}
	if zone := zoneWord(part); zone != "" {
		in.zone = zone
		return true
	}
	meant, _ := d.Board.named(part)
	if len(meant) != 1 {
		if len(meant) > 1 {
			in.unclear, in.nearest = part, meant[:min(len(meant), 5)]
			return true
		}
		return false
	}
	if !slices.Contains(in.platforms, meant[0].ID) {
		in.platforms = append(in.platforms, meant[0].ID)
	}
	return true
}

// zoneWord is a zone or académie as it is kept; empty for a word that is none.
func zoneWord(typed string) string {
	word := strings.TrimPrefix(Fold(typed), "academie ")
	for _, beginning := range []string{"de la ", "de l ", "de ", "d ", "des "} {
		word = strings.TrimPrefix(word, beginning)
	}
	word = strings.ReplaceAll(word, " ", "-")
	zone, err := calendar.Find(word)
	if err != nil {
		return ""
	}
	if académies := calendar.AcadémiesOf(word); len(académies) == 1 && len(zone.Académies) > 1 {
		return académies[0]
	}
	return word
}

// area is a zone or académie as it is shown.
func area(word string) string {
	zone, err := calendar.Find(word)
	switch académies := calendar.AcadémiesOf(word); {
	case err != nil:
		return ""
	case len(académies) == 1:
		return académies[0]
	default:
		return zone.Title
	}
}

// areas lists the académies.
func areas() []string {
	var list []string
	for _, zone := range calendar.Zones() {
		list = append(list, zone.Académies...)
	}
	slices.Sort(list)
	return list
}

func (d *Desk) subscribe(ctx context.Context, a asking) (Message, error) {
	if why := d.barred(a); why != "" {
		return d.refusal(a, why)
	}
	in := d.interestsIn(a.Args)
	chat := d.draft(a)
	switch {
	case in.unclear != "":
		return d.say(a, Answer{Kind: AnswerWhich, Word: in.unclear, Platforms: in.nearest})
	case in.zone == "" && chat.Wishes.Zone == "":
		typed := strings.Join(append([]string{d.typed("abonner")}, fields(in, d)...), " ")
		return d.offered(a, Answer{Kind: AnswerWhere, Typed: typed}, ActionSubscribe)
	}
	if in.zone != "" {
		if err := move(&chat, in.zone); err != nil {
			return Message{}, err
		}
	}
	if in.all || len(in.platforms) == 0 {
		chat.Wishes.All = true
	}
	for _, id := range in.platforms {
		if !slices.Contains(chat.Wishes.Platforms, id) {
			chat.Wishes.Platforms = append(chat.Wishes.Platforms, id)
		}
	}
	return d.keep(ctx, a, chat, "abonner "+what(in), AnswerSubscribed)
}

// fields are the platforms of an unfinished subscription, to be typed again.
func fields(in interests, d *Desk) []string {
	names := platformNames(d.platforms(in.platforms))
	for i := range names {
		names[i] += ","
	}
	return names
}

func what(in interests) string {
	var words []string
	if in.zone != "" {
		words = append(words, "zone="+in.zone)
	}
	if in.all || len(in.platforms) == 0 {
		words = append(words, "all")
	}
	for _, id := range in.platforms {
		words = append(words, string(id))
	}
	return strings.Join(words, " ")
}

// keep writes a changed destination and answers with what holds now.
func (d *Desk) keep(ctx context.Context, a asking, chat Destination, what string, kind AnswerKind) (Message, error) {
	err := d.save(ctx, a, chat, what)
	if errors.Is(err, errFull) {
		return d.say(a, Answer{Kind: AnswerFull})
	}
	if err != nil {
		return Message{}, err
	}
	chat.Follows = chat.Wishes.follows(chat.Audience, d.Board.Platforms)
	a.chat, a.known = chat, true
	answer := Answer{Kind: kind, Settings: d.settingsOf(chat), Platforms: d.platforms(chat.Follows), Typed: d.typed("reglages")}
	return d.say(a, answer)
}

// move gives a destination another zone, with its clock and its calendar. One that had none yet is silent as the ministry
// set it for software of schools.
func move(d *Destination, zone string) error {
	place, err := placeOf(zone)
	if err != nil {
		return err
	}
	switch {
	case d.Wishes.Zone == "":
		d.Silence = Silence{Zone: zone, Hours: calendar.DefaultQuietHours()}
	case d.Silence.Zone != "":
		d.Silence.Zone = zone
	}
	d.Place, d.Wishes.Zone = place, zone
	return nil
}

func (d *Desk) unsubscribe(ctx context.Context, a asking) (Message, error) {
	if a.known && !a.chat.idle() {
		return d.refusal(a, AnswerConfigured)
	}
	if !a.chat.made() || len(a.chat.Follows) == 0 {
		return d.say(a, Answer{Kind: AnswerNothing, Typed: d.typed("abonner")})
	}
	chat, in := d.draft(a), d.interestsIn(a.Args)
	switch {
	case in.unclear != "":
		return d.say(a, Answer{Kind: AnswerWhich, Word: in.unclear, Platforms: in.nearest})
	case len(in.platforms) == 0 && in.zone != "" && in.zone != chat.Wishes.Zone:
		return d.say(a, Answer{Kind: AnswerWhich, Word: a.Args})
	case len(in.platforms) > 0 && !slices.ContainsFunc(in.platforms, a.chat.follows):
		return d.say(a, Answer{Kind: AnswerNotFollowed, Platforms: d.platforms(in.platforms), Typed: d.typed("reglages")})
	case len(in.platforms) == 0:
		chat.Wishes.Platforms = nil
	default:
		chat.Wishes.Platforms = slices.DeleteFunc(slices.Clone(chat.Follows), func(id PlatformID) bool {
			return slices.Contains(in.platforms, id)
		})
	}
	chat.Wishes.All = false
	if err := d.save(ctx, a, chat, "desabonner "+what(in)); err != nil {
		return Message{}, err
	}
	gone := slices.DeleteFunc(slices.Clone(a.chat.Follows), func(id PlatformID) bool {
		return slices.Contains(chat.Wishes.Platforms, id)
	})
	return d.say(a, Answer{Kind: AnswerUnsubscribed, Platforms: d.platforms(gone), Typed: d.typed("stop")})
}

// stop forgets all about the chat at once.
func (d *Desk) stop(ctx context.Context, a asking) (Message, error) {
	promises, err := d.dropPromises(ctx, a)
	if err != nil {
		return Message{}, err
	}
	if a.known && !a.chat.idle() {
		return d.refusal(a, AnswerConfigured)
	}
	now, erased := time.Now(), 0
	err = d.Store.Update(ctx, func(tx Tx) (err error) {
		if erased, err = tx.EraseChat(d.Account, a.From.Channel); err != nil || erased == 0 {
			return err
		}
		return a.keep(tx, d.deed(a, "", "stop", now))
	})
	if err != nil {
		return Message{}, fmt.Errorf("erase the chat: %w", err)
	}
	if erased+promises == 0 {
		return d.say(a, Answer{Kind: AnswerNothingKept})
	}
	return d.say(a, Answer{Kind: AnswerStopped, Typed: d.typed("abonner")})
}

// test posts an example of a notice where notices go, to this chat only.
func (d *Desk) test(ctx context.Context, a asking) (Message, error) {
	now, chat := time.Now(), a.chat
	if !a.known {
		chat.Address = a.From
	}
	example := d.Board.Platforms
	if known := d.platforms(chat.Follows); len(known) > 0 {
		example = known
	}
	if len(example) == 0 {
		return d.say(a, Answer{Kind: AnswerNothing, Typed: d.typed("abonner")})
	}
	message, err := d.example(asking{chat: chat, known: true}, example[0], now) // for everybody in the chat
	if err != nil {
		return Message{}, err
	}
	posting := Posting{
		To: chat.Address, Message: message, Silent: true,
		Key: "test/" + string(destinationOf(d.Account, chat.Address)) + "/" + strconv.FormatInt(now.UnixNano(), 36),
	}
	if _, err := d.Notifier.Post(ctx, posting); err != nil {
		d.Logger.Info("example not posted", "account", d.Account, "err", err)
		return d.say(a, Answer{Kind: AnswerTestFailed})
	}
	if err := d.Store.Update(ctx, func(tx Tx) error { return a.keep(tx, d.deed(a, a.From.Channel, "test", now)) }); err != nil {
		return Message{}, fmt.Errorf("keep the deed: %w", err)
	}
	if !d.Whispers {
		return Message{}, nil
	}
	return d.say(a, Answer{Kind: AnswerTested})
}

// example is a notice about an outage that there is not, in the chat's languages.
func (d *Desk) example(a asking, p Platform, now time.Time) (Message, error) {
	chat := a.chat
	notice := Notice{
		Purpose: PurposeBulletin, Platform: p, Audience: chat.Audience, CheckedAt: now, Now: now, Place: chat.Place,
		Every: d.Board.Every[p.ID], Vantages: d.Board.Vantages,
		Incident: Incident{
			Platform: p.ID, Condition: Unreachable, Worst: Unreachable, Since: now.Add(-2 * time.Minute),
			OpenedAt: now, ChangedAt: now, Revision: 1,
		},
	}
	return d.write(a, func(lang string) (Message, error) { return d.Renderer.Trial(lang, notice) })
}

// languages are those that a chat is written to in; French where it chose none.
func (d Destination) languages() []string {
	if len(d.Languages) == 0 {
		return []string{"fr"}
	}
	return d.Languages
}
