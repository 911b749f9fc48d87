package throttle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Store keeps the counts. A key is what Key returns. All methods are atomic: of any number of callers, in however many
// processes, no more than limit are let through. What is kept may be lost when the machine that keeps it stops.
type Store interface {
	// TakeHit counts one use of key at a time, unless limit uses lie within the window before it; then it counts nothing
	// and says how long to wait, which is more than nothing. limit must be above 0.
	TakeHit(ctx context.Context, key string, limit int, window time.Duration, at time.Time) (wait time.Duration, err error)
	// ReturnHit takes back the use that was counted at that time.
	ReturnHit(ctx context.Context, key string, at time.Time) error
	// Mark keeps a note about key until a time.
	Mark(ctx context.Context, key string, until time.Time) error
	// Marked reports whether there is a note about key.
	Marked(ctx context.Context, key string, at time.Time) (bool, error)
}

// Key names what is counted by its parts. Names and addresses cannot be read from it.
func Key(parts ...string) string {
	digest := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(digest[:])
}

// Take counts one use of key at rate. It returns how long to wait, which is 0 for a use that was counted.
func Take(ctx context.Context, s Store, key string, rate Rate, at time.Time) (time.Duration, error) {
	switch {
	case rate.None():
		return 0, nil
	case rate.Limit == 0:
		return rate.Per, nil
	}
	return s.TakeHit(ctx, key, rate.Limit, rate.Per, at)
}
