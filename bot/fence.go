package bot

import "context"

type fenceKey struct{}

// Fenced returns a context whose requests may leave only as long as open says so.
func Fenced(parent context.Context, open func() bool) context.Context {
	return context.WithValue(parent, fenceKey{}, open)
}

// MayLeave reports whether the fence around a context, if there is one, is open. Whoever sends in it asks right before
// the bytes leave: a process that was stopped, and goes on when another one speaks in its place, hears of the end of its
// contexts only by and by.
func MayLeave(ctx context.Context) bool {
	open, fenced := ctx.Value(fenceKey{}).(func() bool)
	return !fenced || open()
}
