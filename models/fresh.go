package models

import "context"

// oldKey is the context key that AllowOld sets.
type oldKey struct{}

// AllowOld returns a context in which rows may be read from memory, as they were up to a second ago (package rowcache).
//
// Such rows may only ever say yes. Whoever is about to refuse somebody by them, or to write what they hold, looks again in
// the context that Fresh returns: what they are compared with may be younger than they are.
func AllowOld(ctx context.Context) context.Context { return context.WithValue(ctx, oldKey{}, true) }

// Fresh returns a context in which every row is read from the database.
func Fresh(ctx context.Context) context.Context {
	if !MayBeOld(ctx) {
		return ctx
	}
	return context.WithValue(ctx, oldKey{}, false)
}

// MayBeOld reports whether rows that are read in ctx may come from memory.
func MayBeOld(ctx context.Context) bool {
	allowed, _ := ctx.Value(oldKey{}).(bool)
	return allowed
}
