//go:build !race

package main

// raced is true where the race detector watches, under which simulated days take minutes.
const raced = false
