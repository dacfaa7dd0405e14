package discord

import (
	"context"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"github.com/panneau-ecole/panneau/bot"
)

const (
	// Discord forgets an interaction that is not answered within 3 seconds; with a deferral it gives 15 minutes.
	// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response
	deferAfter = 1500 * time.Millisecond
	answerFor  = 14 * time.Minute

	maxCommandsAtOnce = 16
	// maxCommandsWaiting is how many commands may wait for one of those to end. More are dropped: their askers see
	// that the bot did not respond.
	maxCommandsWaiting = 512
)

// interaction takes a command or a press, unless it was taken before: a resumed session repeats what it is not sure of.
func (l *listening) interaction(ctx context.Context, i *discordgo.Interaction) {
	switch i.Type {
	case discordgo.InteractionApplicationCommand, discordgo.InteractionApplicationCommandAutocomplete,
		discordgo.InteractionMessageComponent:
	default:
		return
	}
	if !l.heard.First(i.ID) {
		return
	}
	if l.waiting.Add(1) > maxCommandsWaiting {
		l.waiting.Add(-1)
		l.n.log.Warn("discord: too many commands at once, one is dropped")
		return
	}
	l.begin(func() {
		defer l.waiting.Add(-1)
		if i.Type == discordgo.InteractionApplicationCommandAutocomplete {
			l.complement(ctx, i)
			return
		}
		l.answer(ctx, i)
	})
}

// answered is what the handler made of a command.
type answered struct {
	message bot.Message
	err     error
}

// answer answers a command, at once if the handler is quick, else after telling Discord to wait. Only who asked sees
// it.
func (l *listening) answer(ctx context.Context, i *discordgo.Interaction) {
	ctx, cancel := context.WithTimeout(ctx, answerFor)
	defer cancel()
	result := make(chan answered, 1)
	l.tasks.Go(func() { result <- l.ask(ctx, i) })
	timer := time.NewTimer(deferAfter)
	defer timer.Stop()
	select {
	case a := <-result:
		l.report(l.respond(ctx, i, a))
	case <-timer.C:
		if err := l.callback(ctx, i, discordgo.InteractionResponseDeferredChannelMessageWithSource, nil); err != nil {
			l.report(err)
			return
		}
		l.report(l.complete(ctx, i, <-result))
	}
}

// ask waits for its turn and calls the handler.
func (l *listening) ask(ctx context.Context, i *discordgo.Interaction) answered {
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	case <-ctx.Done():
		return answered{err: ctx.Err()}
	}
	m, err := guarded(func() (bot.Message, error) { return l.handle(ctx, i) })
	return answered{m, err}
}

// requestOf reads a command. It always carries the name without localisation, whatever the person typed.
func requestOf(i *discordgo.Interaction) bot.Request {
	data, _ := i.Data.(discordgo.ApplicationCommandInteractionData)
	r := bot.Request{
		ID:      i.ID,
		From:    bot.Address{Channel: i.ChannelID},
		Private: i.GuildID == "",
		Command: strings.ToLower(data.Name),
		Lang:    string(i.Locale),
	}
	for _, option := range data.Options {
		if text, ok := option.Value.(string); ok {
			r.Args = text
		}
	}
	r.Rights = bot.RightsNone
	switch {
	case i.Member != nil && i.Member.User != nil:
		r.Person = i.Member.User.ID
		if i.Member.Permissions&administers != 0 {
			r.Rights = bot.RightsAdmin
		}
	case i.User != nil:
		r.Person = i.User.ID
	}
	return r
}

// administers are the permissions of those who look after a server: either will do. Discord tells with each interaction
// what the person may do in the channel at that moment.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
const administers = discordgo.PermissionAdministrator | discordgo.PermissionManageGuild

const (
	// https://docs.discord.com/developers/interactions/application-commands#autocomplete
	maxChoices     = 25
	maxChoice      = 100 // characters of a choice's name and value
	completeWithin = 2 * time.Second
)

// complement offers how what a person has typed so far can go on. An offer that comes late is of no use.
func (l *listening) complement(ctx context.Context, i *discordgo.Interaction) {
	suggester, able := l.handler.(bot.Suggester)
	if !able {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, completeWithin)
	defer cancel()
	choices := []*discordgo.ApplicationCommandOptionChoice{}
	_, err := guarded(func() (bot.Message, error) {
		for _, text := range suggester.Suggest(ctx, requestOf(i), maxChoices) {
			if n := utf8.RuneCountInString(text); 1 <= n && n <= maxChoice {
				choices = append(choices, &discordgo.ApplicationCommandOptionChoice{Name: text, Value: text})
			}
		}
		return bot.Message{}, nil
	})
	if err == nil {
		err = l.n.call(ctx, request{
			method: http.MethodPost, url: discordgo.EndpointInteractionResponse(i.ID, i.Token),
			body: map[string]any{
				"type": discordgo.InteractionApplicationCommandAutocompleteResult, "data": map[string]any{"choices": choices},
			},
		}, nil)
	}
	l.report(err)
}

// respond gives the first and only answer. After an error of the handler there is none.
func (l *listening) respond(ctx context.Context, i *discordgo.Interaction, a answered) error {
	if a.err != nil {
		return a.err
	}
	parts, err := layOut(a.message, "")
	if err != nil {
		return err
	}
	err = l.n.show(l.n.pictured(parts[0], a.message.Picture), func(p payload) error {
		return l.callback(ctx, i, discordgo.InteractionResponseChannelMessageWithSource, &p)
	})
	if err != nil {
		return err
	}
	return l.followUp(ctx, i, parts[1:])
}

// complete replaces the placeholder of a deferred answer, or removes it when there is nothing to say.
func (l *listening) complete(ctx context.Context, i *discordgo.Interaction, a answered) error {
	original := request{method: http.MethodPatch, url: originalURL(i), repeatable: true}
	parts, err := layOut(a.message, "")
	if a.err != nil {
		err = a.err
	}
	if err != nil {
		original.method = http.MethodDelete
		// The removal is worth a moment even if the handler failed because listening ends.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		l.report(l.n.call(ctx, original, nil))
		return err
	}
	err = l.n.show(l.n.pictured(parts[0], a.message.Picture), func(p payload) error {
		original.body, original.file = p, p.file
		return l.n.call(ctx, original, nil)
	})
	if err != nil {
		return err
	}
	return l.followUp(ctx, i, parts[1:])
}

// callback sends the first answer to an interaction.
func (l *listening) callback(ctx context.Context, i *discordgo.Interaction, kind discordgo.InteractionResponseType, p *payload) error {
	body := struct {
		Type discordgo.InteractionResponseType `json:"type"`
		Data any                               `json:"data,omitempty"`
	}{Type: kind, Data: map[string]any{"flags": discordgo.MessageFlagsEphemeral}}
	var sent *file
	if p != nil {
		p.Flags |= discordgo.MessageFlagsEphemeral
		body.Data, sent = p, p.file
	}
	return l.n.call(ctx, request{
		method: http.MethodPost, url: discordgo.EndpointInteractionResponse(i.ID, i.Token), body: body, file: sent,
	}, nil)
}

// followUp sends the parts that did not fit into the first answer.
func (l *listening) followUp(ctx context.Context, i *discordgo.Interaction, parts []payload) error {
	for _, p := range parts {
		p.Flags |= discordgo.MessageFlagsEphemeral
		url := discordgo.EndpointWebhookToken(i.AppID, i.Token)
		if err := l.n.call(ctx, request{method: http.MethodPost, url: url, body: p}, nil); err != nil {
			return err
		}
	}
	return nil
}

func originalURL(i *discordgo.Interaction) string {
	return discordgo.EndpointWebhookMessage(i.AppID, i.Token, "@original")
}

// report logs why a command was not answered. What was asked and by whom is not in it.
func (l *listening) report(err error) {
	if err != nil {
		l.n.log.Error("discord: command not answered", "error", l.n.redact(err))
	}
}
