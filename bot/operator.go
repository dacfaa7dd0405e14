package bot

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Operators are those who run this Panneau, as an account knows them: the name that the configuration gives to each, by
// the identifier by which the chat platform knows them.
type Operators map[string]string

func (o Operators) has(person string) bool { return o[person] != "" }

// Brief is the language-free answer to an operator's command. Operators are spoken to in French.
type Brief struct {
	Kind      BriefKind
	Now       time.Time
	Place     Place
	Typed     string     // the command to go on with, as it is typed here
	Word      string     // what was not understood
	Platforms []Platform // that it is about, or that a word may mean
	Incident  Incident   // that it is about
	Statement Statement  // that is published now, or was before
	Deeds     []Deed     // of a journal, newest first
	Days      int        // how far back it goes
	More      int        // how many deeds or chats are not shown

	Draft     Draft         // of a circular
	Number    int64         // of a circular that goes on
	Circulars []Incident    // that go on, newest first
	Mutes     []Mute        // that hold
	Upkeeps   []Upkeep      // that are planned, or the one that it is about
	Halts     []Halt        // that hold, or the one that it is about
	Chats     []Destination // that are closed to us, or the one that it is about
}

// BriefKind is what an operator is told.
type BriefKind string

// The kinds.
const (
	BriefJournal     BriefKind = "journal"      // who did what when
	BriefTooLong     BriefKind = "long"         // more was typed than can be published
	BriefUnclear     BriefKind = "unclear"      // how the command is given
	BriefPublished   BriefKind = "published"    // a statement is shown in the messages now
	BriefSaid        BriefKind = "said"         // it was before
	BriefFull        BriefKind = "full"         // an incident has no room for more
	BriefNoIncident  BriefKind = "no_incident"  // there is none of that number or platform
	BriefNoPlatform  BriefKind = "no_platform"  // nothing of that name is watched
	BriefNoAuthor    BriefKind = "no_author"    // who says so?
	BriefNoText      BriefKind = "no_text"      // what do they say?
	BriefBadLink     BriefKind = "bad_link"     // an address that nobody is sent to
	BriefFuture      BriefKind = "future"       // said at a time to come
	BriefNoCondition BriefKind = "no_condition" // what is the matter?
	BriefOpened      BriefKind = "opened"       // an incident is announced now
	BriefOpen        BriefKind = "open"         // it was before
	BriefStated      BriefKind = "stated"       // what is stated of it has changed
	BriefSeenWorse   BriefKind = "seen_worse"   // it has, and checks see something as bad, which is told
	BriefClosed      BriefKind = "closed"       // it is over now
	BriefOver        BriefKind = "over"         // it was before
	BriefSeen        BriefKind = "seen"         // only checks see it, and will see its end
	BriefStillSeen   BriefKind = "still_seen"   // nothing is stated any more, and checks still see it
)

// The kinds about circulars and mutes.
const (
	BriefCircularPreview BriefKind = "circular_preview" // what will be published, once it is confirmed
	BriefCircularSecond  BriefKind = "circular_second"  // the same, by another operator
	BriefCircularSent    BriefKind = "circular_sent"
	BriefCircularNoDraft BriefKind = "circular_no_draft" // it was confirmed, or has expired, or never was
	BriefCircularOther   BriefKind = "circular_other"    // another operator must confirm
	BriefCircularWhom    BriefKind = "circular_whom"     // for whom is not understood
	BriefCircularWhen    BriefKind = "circular_when"     // nor until when
	BriefCircularNobody  BriefKind = "circular_nobody"   // no chat fits
	BriefCircularNone    BriefKind = "circular_none"     // no such circular goes on
	BriefCircularEnded   BriefKind = "circular_ended"
	BriefCirculars       BriefKind = "circulars" // those that go on
	BriefMutes           BriefKind = "mutes"     // what is kept still
	BriefUnmuted         BriefKind = "unmuted"   // nothing is
	BriefMuteWhen        BriefKind = "mute_when" // for how long is not understood
)

// The kinds about maintenances and checks that are stopped.
const (
	BriefUpkeeps         BriefKind = "upkeeps"          // what is planned
	BriefUpkeepNone      BriefKind = "upkeep_none"      // nothing is
	BriefUpkeepPlanned   BriefKind = "upkeep_planned"   // a maintenance is
	BriefUpkeepMoved     BriefKind = "upkeep_moved"     // it ends at another time
	BriefUpkeepSaid      BriefKind = "upkeep_said"      // it was planned before
	BriefUpkeepWhen      BriefKind = "upkeep_when"      // when is not understood
	BriefUpkeepPast      BriefKind = "upkeep_past"      // it would have begun
	BriefUpkeepFar       BriefKind = "upkeep_far"       // too far ahead, or too long
	BriefUpkeepFull      BriefKind = "upkeep_full"      // enough is planned
	BriefUpkeepUnknown   BriefKind = "upkeep_unknown"   // none has that number
	BriefUpkeepCancelled BriefKind = "upkeep_cancelled" // it is given up
	BriefHalts           BriefKind = "halts"            // what is not checked
	BriefHaltNone        BriefKind = "halt_none"        // everything is
	BriefHalted          BriefKind = "halted"           // a platform is not any more
	BriefHaltWhen        BriefKind = "halt_when"        // until when is not understood
	BriefHaltEnded       BriefKind = "halt_ended"       // it is checked again
	BriefHaltUnknown     BriefKind = "halt_unknown"     // it was all the time
)

// The kinds about chats that are closed to us, and what else is mended.
const (
	BriefChats          BriefKind = "chats"           // the chats that are closed to us
	BriefChatsNone      BriefKind = "chats_none"      // none is
	BriefChatRetried    BriefKind = "chat_retried"    // it is written to again
	BriefChatAwake      BriefKind = "chat_awake"      // it is not closed, or not any more
	BriefChatUnknown    BriefKind = "chat_unknown"    // none of that name is kept
	BriefChatForget     BriefKind = "chat_forget"     // what will be erased, once that is confirmed
	BriefChatForgotten  BriefKind = "chat_forgotten"  // all about it is erased
	BriefChatConfigured BriefKind = "chat_configured" // only the configuration can forget it
	BriefMended         BriefKind = "mended"          // what a button would mend is over
)

// BriefKinds lists every kind.
func BriefKinds() []BriefKind {
	return []BriefKind{
		BriefJournal, BriefTooLong, BriefUnclear, BriefPublished, BriefSaid, BriefFull, BriefNoIncident, BriefNoPlatform,
		BriefNoAuthor, BriefNoText, BriefBadLink, BriefFuture, BriefNoCondition, BriefOpened, BriefOpen, BriefStated,
		BriefSeenWorse, BriefClosed, BriefOver, BriefSeen, BriefStillSeen,
		BriefCircularPreview, BriefCircularSecond, BriefCircularSent, BriefCircularNoDraft, BriefCircularOther, BriefCircularWhom,
		BriefCircularWhen, BriefCircularNobody, BriefCircularNone, BriefCircularEnded, BriefCirculars,
		BriefMutes, BriefUnmuted, BriefMuteWhen,
		BriefUpkeeps, BriefUpkeepNone, BriefUpkeepPlanned, BriefUpkeepMoved, BriefUpkeepSaid, BriefUpkeepWhen, BriefUpkeepPast,
		BriefUpkeepFar, BriefUpkeepFull, BriefUpkeepUnknown, BriefUpkeepCancelled,
		BriefHalts, BriefHaltNone, BriefHalted, BriefHaltWhen, BriefHaltEnded, BriefHaltUnknown,
		BriefChats, BriefChatsNone, BriefChatRetried, BriefChatAwake, BriefChatUnknown, BriefChatForget, BriefChatForgotten,
		BriefChatConfigured, BriefMended,
	}
}

// tell answers an operator.
func (d *Desk) tell(a asking, t Brief) (Message, error) {
	t.Now, t.Place = time.Now(), d.Stranger.Place
	if t.Typed == "" {
		t.Typed = d.typed(a.Request.Command)
	}
	t.Word = clip(t.Word)
	return d.Renderer.Brief(t)
}

// whisper answers an operator who typed a command where others read: in the conversation of that person with the bot. A
// person who never began one hears nothing: better than a group of families hearing it.
func (d *Desk) whisper(ctx context.Context, a asking, m Message) {
	_, err := d.Notifier.Post(ctx, Posting{
		To: Address{Channel: a.Person}, Message: m, Key: "operator/" + strconv.FormatInt(time.Now().UnixNano(), 36),
	})
	if err != nil {
		d.Logger.Info("an operator cannot be answered in private", "account", d.Account, "err", err)
	}
}

// operatorDeed is what an operator did. It names the command as it was understood; what was published is kept as such.
func (d *Desk) operatorDeed(a asking, what string, now time.Time) Deed {
	return Deed{At: now, Account: d.Account, Who: d.Operators[a.Person], Operator: true, What: what}
}

// longestPublished is how many characters an operator can publish at once: some three sentences.
const longestPublished = 400

// tooLong reports whether a text is longer than what is published in one piece. It is never cut.
func tooLong(text string) bool { return utf8.RuneCountInString(text) > longestPublished }

// verb splits off the first word, folded.
func verb(typed string) (word, rest string) {
	typed = strings.TrimSpace(spaced(typed))
	word, rest, _ = strings.Cut(typed, " ")
	return Fold(word), strings.TrimSpace(rest)
}

// platformIn finds the platform by whose name a text begins, and what follows: the longest name that is exact, else the
// longest beginning of words that can only be one. An alarm for many is not guessed from a word with typing errors.
func (d *Desk) platformIn(typed string) (p Platform, rest string, ok bool) {
	words := len(strings.Fields(Fold(typed)))
	for _, far := range []int{0, 1} {
		for n := min(words, longestName); n > 0; n-- {
			rest := afterWords(typed, n)
			name := strings.TrimSuffix(strings.TrimSpace(typed), rest)
			if meant := d.within(name, far); len(meant) == 1 {
				return meant[0], strings.TrimLeft(rest, " ,;:"), true
			}
		}
	}
	return Platform{}, typed, false
}

// longestName is how many words of a text may be a platform's name.
const longestName = 8

// within lists the platforms that are at most so far from a word.
func (d *Desk) within(name string, far int) []Platform {
	var list []Platform
	for _, p := range d.Board.Platforms {
		if distanceTo(p, name) <= far {
			list = append(list, p)
		}
	}
	return list
}

// unquoted is a text without the quotation marks around it.
func unquoted(typed string) string {
	typed = strings.TrimSpace(spaced(typed))
	for _, marks := range [][2]string{{"«", "»"}, {"“", "”"}, {"„", "”"}, {`"`, `"`}} {
		inner, begins := strings.CutPrefix(typed, marks[0])
		inner, ends := strings.CutSuffix(inner, marks[1])
		if begins && ends && !strings.ContainsAny(inner, marks[0]+marks[1]) {
			return strings.TrimSpace(inner)
		}
	}
	return typed
}

const (
	// journalDays is how far back the journal goes where nobody says how far.
	journalDays = 7
	// journalLines is how many deeds it lists: one message on every chat platform.
	journalLines = 25
)

// journal lists what operators did, on all accounts.
func (d *Desk) journal(ctx context.Context, a asking) (Message, error) {
	t := Brief{Kind: BriefJournal, Days: journalDays}
	if typed := strings.TrimSpace(a.Args); typed != "" {
		most := int(DeedsKept / (24 * time.Hour))
		found := regexp.MustCompile(`^(\d{1,3})(?: (?:j|jours?))?$`).FindStringSubmatch(Fold(typed))
		if found == nil {
			return d.tell(a, Brief{Kind: BriefUnclear, Word: typed})
		}
		days, _ := strconv.Atoi(found[1]) // at most three digits
		t.Days = min(max(days, 1), most)
	}
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		var all int
		t.Deeds, all, err = tx.OperatorDeeds(time.Now().Add(-time.Duration(t.Days)*24*time.Hour), journalLines)
		t.More = all - len(t.Deeds)
		return err
	})
	if err != nil {
		return Message{}, fmt.Errorf("read the journal: %w", err)
	}
	return d.tell(a, t)
}
