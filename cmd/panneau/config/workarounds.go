package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/panneau-ecole/panneau/bot"
)

// workaroundsEntry changes what is offered while a platform fails.
type workaroundsEntry struct {
	Hidden []string          `yaml:"hidden"`
	Own    []workaroundEntry `yaml:"own"`
}

// workaroundEntry is a workaround of the school's own.
type workaroundEntry struct {
	Text    string         `yaml:"text"`
	Failing []string       `yaml:"failing"`
	Readers []bot.Audience `yaml:"readers"`
	Through []string       `yaml:"through"`
	From    identifier     `yaml:"from"`
	Until   identifier     `yaml:"until"`
}

// longestWorkaround is how long an action may be, in characters: two lines on a phone.
const longestWorkaround = 200

// workarounds are the school's own, which know best, and then those of the catalogue that it does not hide.
func (b *builder) workarounds(e workaroundsEntry, watched []Platform) []bot.Workaround {
	var list []bot.Workaround
	for i, own := range e.Own {
		list = append(list, b.workaround(fmt.Sprintf("workarounds.own[%d]", i+1), own, watched))
	}
	known := map[string]bool{}
	for _, w := range b.Catalogue.Workarounds.List {
		known[w.ID] = true
		if !slices.Contains(e.Hidden, w.ID) {
			list = append(list, w.Workaround)
		}
	}
	for i, id := range e.Hidden {
		b.oneOf("workarounds.hidden["+strconv.Itoa(i+1)+"]", id, slices.Sorted(maps.Keys(known)))
	}
	return list
}

func (b *builder) workaround(path string, e workaroundEntry, watched []Platform) bot.Workaround {
	if e.Text == "" {
		b.require(path+".text", "écrivez ce qu’il y a à faire, en une phrase")
	}
	if strings.Contains(strings.TrimSpace(e.Text), "\n") || utf8.RuneCountInString(e.Text) > longestWorkaround {
		b.add(path+".text", "texte trop long", fmt.Sprintf("gardez une phrase, sur une ligne, de %d caractères au plus", longestWorkaround))
	}
	if len(e.Failing) == 0 {
		b.require(path+".failing", "dites quelles plateformes l’action remplace, par exemple [pronote]")
		b.refuseEmpty(path + ".failing")
	}
	clock := b.location("", "")
	w := bot.Workaround{
		ID: path, Text: strings.TrimSpace(e.Text), Readers: e.Readers,
		Failing: b.platformsNamed(path+".failing", e.Failing, watched),
		Through: b.platformsNamed(path+".through", e.Through, watched),
	}
	for i, reader := range e.Readers {
		b.oneOf(fmt.Sprintf("%s.readers[%d]", path, i+1), string(reader), texts(bot.Audiences()))
	}
	if e.From != "" {
		w.From = b.moment(path+".from", string(e.From), clock, 0)
	}
	if e.Until != "" {
		w.Until = b.moment(path+".until", string(e.Until), clock, 1)
	}
	if !w.From.IsZero() && !w.Until.IsZero() && !w.Until.After(w.From) {
		b.add(path+".until", "la période finit avant de commencer", "échangez from et until")
	}
	return w
}

// platformsNamed are the platforms that words stand for: a platform, or a group of the catalogue.
func (b *builder) platformsNamed(path string, words []string, watched []Platform) []bot.PlatformID {
	known := slices.Concat(b.known(watched), slices.Sorted(maps.Keys(b.Catalogue.Workarounds.Groups)))
	var list []bot.PlatformID
	for i, word := range words {
		if b.oneOf(path+"["+strconv.Itoa(i+1)+"]", word, known) != "" {
			list = append(list, b.Catalogue.Workarounds.Platforms(word)...)
		}
	}
	return list
}
