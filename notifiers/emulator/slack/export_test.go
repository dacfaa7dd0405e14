package slack

// Required lists the fields that the reference demands of a method's answer.
func Required(name string) []string { return methods()[name].Output.Required }

// Takes reports whether a method has an argument.
func Takes(name, argument string) bool {
	_, found := methods()[name].Args.Properties[argument]
	return found
}

// Visible is what a person reads of a text with Slack's markup.
var Visible = mrkdwn
