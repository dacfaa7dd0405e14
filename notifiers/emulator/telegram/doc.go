// Package telegram is Telegram's Bot API on a loopback address: the methods that a notice bot calls, long polling,
// private chats, groups, supergroups with topics and channels, with the published limits and the error texts of
// Telegram's own server. Mount it at any host; methods stand below /bot<token>/.
//
// Chats are named by their id as a string: a positive one is the private chat with that person, one from -100… on a
// supergroup, any other negative one a basic group, and "@name" a channel. What the server does is taken from
// https://core.telegram.org/bots/api and from its source, https://github.com/tdlib/telegram-bot-api and
// https://github.com/tdlib/td.
package telegram
