// Package discord emulates Discord: the REST API in versions 9 and 10 and the gateway, as far as a bot that posts
// notices and answers slash commands needs them. The real client library (discordgo) talks to it unmodified.
//
// It is as strict as Discord: rate limits per route and for the whole bot, the ban of those who send too many invalid
// requests, limits of messages and embeds, the identify budget, deadlines of interactions. What it keeps is what a
// person would see: [Server.Shown] resolves Markdown, so that a character that was not escaped is seen to be lost, and
// [Server.Pings] counts the people that a message rang.
//
// Sources: the developer documentation (https://docs.discord.com/developers, formerly discord.com/developers/docs) and
// the OpenAPI document in the sub-package openapi.
package discord
