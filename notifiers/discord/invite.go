package discord

import (
	"net/url"
	"strconv"

	"github.com/bwmarrin/discordgo"
)

// permissionPinMessages lets the bot pin. The library has no constant for it yet.
// https://docs.discord.com/developers/topics/permissions
const permissionPinMessages = 1 << 51

// InviteURL returns the address at which an administrator adds the application's bot to a server, with the permissions
// that Panneau needs: see channels, write there and in threads, embeds, pictures, read the history, pin messages.
func InviteURL(applicationID string) string {
	const permissions = discordgo.PermissionViewChannel | discordgo.PermissionSendMessages |
		discordgo.PermissionEmbedLinks | discordgo.PermissionAttachFiles | discordgo.PermissionReadMessageHistory |
		discordgo.PermissionSendMessagesInThreads | permissionPinMessages
	query := url.Values{
		"client_id":   {applicationID},
		"scope":       {"bot applications.commands"},
		"permissions": {strconv.Itoa(permissions)},
	}
	return "https://discord.com/oauth2/authorize?" + query.Encode()
}
