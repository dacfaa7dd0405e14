package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/notifiers"
	"github.com/panneau-ecole/panneau/notifiers/emulator/discord"
)

// operator runs the Panneau of a demonstration, and publishes what is said outside with the command that there is for it:
// in a chat where nobody else reads.
type operator struct {
	*medium
	channel, person string
	prefix          string          // of commands
	published       []bot.Statement // what was typed so far
}

// engage makes somebody an operator of an account, besides those of the configuration, and opens a chat to them.
func (m *medium) engage(a *config.Account) *operator {
	o := &operator{medium: m, prefix: notifiers.Prefix(notifiers.Config{Platform: a.Platform, Command: a.Command})}
	switch m.platform {
	case bot.Telegram: // a conversation with the bot has the person's number
		o.channel, o.person = "900000001", "900000001"
	case bot.Slack:
		o.channel, o.person = "D0OPERATEUR", "U0OPERATEUR"
	case bot.Discord:
		o.channel, o.person = "9000000000000000001", "9000000000000000002"
	}
	m.Open(o.channel)
	if server, ok := m.Chat.(*discord.Server); ok { // which shows these commands to administrators only
		server.Appoint(o.channel, o.person, discord.Administrator)
	}
	a.Operators = maps.Clone(a.Operators)
	if a.Operators == nil {
		a.Operators = bot.Operators{}
	}
	a.Operators[o.person] = "demo"
	return o
}

// declare lets the operator publish what somebody says, about each platform that it speaks of and that fails at this
// moment. What is said of none stays in the story alone.
func (d *demo) declare(e config.Event) error {
	if e.Quote == "" || len(e.About) == 0 || d.operator == nil {
		return nil
	}
	var open []bot.Incident
	err := d.store.View(context.Background(), func(tx bot.Tx) (err error) {
		open, err = tx.OpenIncidents()
		return err
	})
	if err != nil {
		return fmt.Errorf("look for what fails: %w", err)
	}
	for _, i := range open {
		if !slices.Contains(e.About, i.Platform) {
			continue
		}
		if err := d.operator.publish(bot.Statement{Incident: i.ID, Author: e.Author, Text: e.Quote, Link: e.Link}); err != nil {
			return err
		}
		time.Sleep(answering) // and nobody types faster than they may
	}
	return nil
}

// publish types the command for a statement.
func (o *operator) publish(s bot.Statement) error {
	typed, err := s.Typed()
	if err != nil {
		return fmt.Errorf("type what %s says: %w", s.Author, err)
	}
	o.Say(o.channel, o.person, o.prefix+"declaration #"+strconv.FormatInt(int64(s.Incident), 10)+" "+typed)
	o.published = append(o.published, s)
	return nil
}

// judgeSaid holds what the operator typed against what the ledger has: each is there, once.
func (r *report) judgeSaid(typed []bot.Statement, said map[bot.IncidentID][]bot.Statement) {
	for _, s := range typed {
		found := 0
		for _, o := range said[s.Incident] {
			if o.Link == s.Link && slices.Equal(strings.Fields(o.Text), strings.Fields(s.Text)) {
				found++
			}
		}
		if found != 1 {
			r.breachf("ce que dit %s est publié %d fois pour l’incident %d", s.Author, found, s.Incident)
		}
	}
}
