package discord

import (
	"context"
	"net/http"

	"github.com/bwmarrin/discordgo"

	"github.com/panneau-ecole/panneau/bot"
)

// perRow is how many buttons stand in a row; a message has at most five rows.
// https://docs.discord.com/developers/components/reference#action-row
const perRow = 5

// rows lays buttons out. Without any there is an empty list: an edit then takes away what was there.
func rows(buttons []bot.Button) []discordgo.MessageComponent {
	list := []discordgo.MessageComponent{}
	for first := 0; first < len(buttons); first += perRow {
		var row discordgo.ActionsRow
		for _, b := range buttons[first:min(first+perRow, len(buttons))] {
			row.Components = append(row.Components, discordgo.Button{Label: b.Label, Style: discordgo.SecondaryButton, CustomID: b.Data})
		}
		list = append(list, row)
	}
	return list
}

// pressOf reads a press. Who administers the server is told as with a command.
func pressOf(i *discordgo.Interaction) bot.Press {
	data, _ := i.Data.(discordgo.MessageComponentInteractionData)
	r := requestOf(i)
	return bot.Press{ID: r.ID, From: r.From, Private: r.Private, Data: data.CustomID, Lang: r.Lang, Person: r.Person, Rights: r.Rights}
}

// handle lets the handler answer a command or a press.
func (l *listening) handle(ctx context.Context, i *discordgo.Interaction) (bot.Message, error) {
	if i.Type != discordgo.InteractionMessageComponent {
		return l.handler.Command(ctx, requestOf(i))
	}
	presser, able := l.handler.(bot.Presser)
	if !able {
		return bot.Message{}, nil
	}
	reply, err := presser.Press(ctx, pressOf(i))
	return reply.Message, err
}

// Confide implements [bot.Confidant]: it opens the conversation with a person, who may still take no messages there.
// https://docs.discord.com/developers/resources/user#create-dm
func (n *Notifier) Confide(ctx context.Context, person string) (bot.Address, error) {
	if err := checkIDs(person); err != nil {
		return bot.Address{}, err
	}
	var channel discordgo.Channel
	err := n.call(ctx, request{
		method: http.MethodPost, url: discordgo.EndpointUserChannels("@me"), repeatable: true,
		body: map[string]string{"recipient_id": person},
	}, &channel)
	if err == nil {
		err = checkIDs(channel.ID)
	}
	return bot.Address{Channel: channel.ID}, err
}
