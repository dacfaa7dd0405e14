//go:build race

package bot_test

// raced is true where the race detector watches, under which simulated days take minutes.
const raced = true
