package social

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// codeLife is how long a code is remembered that was sent to its provider; none is good for longer.
//
// Source: RFC 6749 section 4.1.2.
const codeLife = 10 * time.Minute

// Leases note who may do what only one may do for a while.
type Leases interface {
	// AcquireLease gives holder the lease of that name until a time, unless somebody else has it now.
	AcquireLease(ctx context.Context, name, holder string, now, until time.Time) (bool, error)
	// ReleaseLease gives it back.
	ReleaseLease(ctx context.Context, name, holder string) error
}

// codes see to it that a code is sent to its provider once, whoever brings it, as a client of OAuth must: so that one
// login comes of it, also with a provider that takes a code twice.
//
// Source: RFC 6749 section 4.1.2; RFC 9700 section 2.1.1.
type codes struct {
	leases Leases // nil: nothing is noted
	now    func() time.Time
}

// claim notes that a code for the app of that client id is about to be sent, and returns ExchangeFailed to all but the
// first caller. release forgets it, for a code that did not get there.
func (c codes) claim(ctx context.Context, clientID, code string) (release func(), err error) {
	if c.leases == nil {
		return func() {}, nil
	}
	digest := sha256.Sum256([]byte(clientID + "\x00" + code))
	name, holder, now := "social code "+hex.EncodeToString(digest[:]), rand.Text(), c.now()
	first, err := c.leases.AcquireLease(ctx, name, holder, now, now.Add(codeLife))
	if err != nil {
		return nil, err
	}
	if !first {
		return nil, &Failure{Reason: ExchangeFailed}
	}
	return func() {
		// Where this fails the code stays noted until it would have ended: the user logs in at the provider once more.
		_ = c.leases.ReleaseLease(context.WithoutCancel(ctx), name, holder)
	}, nil
}
