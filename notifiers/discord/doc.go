// Package discord posts and edits notices on Discord, and answers slash commands there.
//
// Every call goes through discordgo, which is used so that it never waits, never retries and never logs: its own
// bucket logic sleeps without regard to contexts and misses the documented form of the global 429. What Discord says of
// its limits is handed on instead: as a [bot.DeliveryError] and, once learned, in [Notifier.Buckets].
//
// A post carries a nonce made of its key, which makes Discord answer a repeated attempt with the first message for some
// minutes, and a mark of the key in the small print, by which [Notifier.Find] knows the message later.
package discord
