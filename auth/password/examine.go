package password

import (
	"errors"
	"strings"
)

// The ways in which a stored hash can be of no use.
var (
	ErrUnusable  = errors.New("password: unusable, as somebody has set it")
	ErrUnknown   = errors.New("password: no hasher reads it")
	ErrMalformed = errStored
)

// Examine returns the name of the algorithm that made a stored hash, and whether a password can match it at all: nil,
// ErrUnusable, ErrUnknown or ErrMalformed. It does no work. The name is "" where there is none.
func (r *Registry) Examine(encoded string) (algorithm string, err error) {
	if !Usable(encoded) {
		return "", ErrUnusable
	}
	hasher := r.identify(encoded)
	if hasher == nil {
		return nameIn(encoded), ErrUnknown
	}
	return hasher.Algorithm(), hasher.Read(encoded)
}

// nameIn is the name in front of the first "$" if it looks like one: what was stored may be a password in the clear.
func nameIn(encoded string) string {
	name, _, found := strings.Cut(encoded, "$")
	if !found || len(name) > 32 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return ""
	}
	return name
}
