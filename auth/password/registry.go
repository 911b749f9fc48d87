package password

import (
	"context"
	"log/slog"
	"strings"
)

// Registry hashes and checks passwords with the configured hashers. It is safe for concurrent use.
//
// Its methods return a *Busy error when the Gate is full, and the error of ctx when that ends in the queue.
//
// Source: Django, django.contrib.auth.hashers.
type Registry struct {
	preferred Hasher
	hashers   map[string]Hasher // by algorithm
	gate      *Gate
	memory    int64 // bytes of one hash
	log       *slog.Logger
}

// NewRegistry returns a Registry, or the faults of cfg.
func NewRegistry(cfg Config) (*Registry, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	r := &Registry{hashers: make(map[string]Hasher), gate: NewGate(cfg.Gate), log: cfg.Logger}
	r.gate.tracer, r.gate.room = cfg.Tracer, cfg.Room
	if r.log == nil {
		r.log = slog.Default()
	}
	for _, name := range cfg.Hashers {
		hasher, _ := cfg.hasher(name) // Validate knows them all
		r.hashers[hasher.Algorithm()] = hasher
		if r.preferred == nil {
			r.preferred, r.memory = hasher, memory(hasher)
		}
	}
	return r, nil
}

// Parallel is how many hashes are made at a time at most.
func (r *Registry) Parallel() int { return cap(r.gate.permits) }

// Stats is how the Gate is doing.
func (r *Registry) Stats() GateStats { return r.gate.Stats() }

// Memory is how many bytes the hashes that are made at a time hold at most, when they are new ones. Beside it stands
// what the garbage collector has not yet taken back of the hashes before; debug.SetMemoryLimit bounds both.
func (r *Registry) Memory() int64 { return int64(r.Parallel()) * r.memory }

// Encode returns the hash of password for the password column, made with the preferred hasher. A password that is not
// Acceptable is refused with ErrTooLong or ErrNotText. The plain bcrypt hasher refuses more than 72 bytes with
// ErrTooLong.
func (r *Registry) Encode(ctx context.Context, password string) (encoded string, err error) {
	if err := Acceptable(password); err != nil {
		return "", err
	}
	gateErr := r.gate.Do(ctx, func() { encoded, err = r.preferred.Encode(password) })
	if gateErr != nil {
		return "", gateErr
	}
	return encoded, err
}

// Check reports whether encoded, the text of the password column, is a hash of password, and if so whether it should be
// made anew because the preferred hasher or its parameters have changed.
//
// A text that cannot match (unusable, garbage, of an unknown algorithm, out of bounds), and a password that cannot be
// hashed, cost what Dummy costs. A wrong password for a hash that is cheaper than a new one is topped up to the price
// of a new one; not so when the hash is of another algorithm with a cost of its own, as in Django.
//
// Source: Django, check_password and harden_runtime.
func (r *Registry) Check(ctx context.Context, password, encoded string) (ok, rehash bool, err error) {
	hasher := r.identify(encoded)
	if hasher == nil || Acceptable(password) != nil {
		return false, false, r.Dummy(ctx, password)
	}
	err = r.gate.Do(ctx, func() { ok, rehash = r.check(hasher, password, encoded) })
	if err != nil {
		return false, false, err
	}
	return ok, rehash, nil
}

// Dummy does the work of hashing password and throws it away: for a user who does not exist, so that the answer takes as
// long as for one who does.
func (r *Registry) Dummy(ctx context.Context, password string) error {
	return r.gate.Do(ctx, func() { r.dummy(password) })
}

// check does the work of Check within the gate.
func (r *Registry) check(hasher Hasher, password, encoded string) (ok, rehash bool) {
	ok, err := hasher.Verify(password, encoded)
	if err != nil {
		// Only the algorithm is logged: what follows it may be anything, a password in the clear included.
		r.log.Warn("stored password hash refused", "algorithm", hasher.Algorithm(), "error", err)
		r.dummy(password)
		return false, false
	}
	changed := hasher.Algorithm() != r.preferred.Algorithm()
	switch {
	case ok:
		return true, changed || r.preferred.MustUpdate(encoded)
	case !changed:
		hasher.Harden(password, encoded)
	case hasher.Algorithm() == md5Hasher{}.Algorithm(): // costs nothing, so everything is missing
		r.dummy(password)
	}
	return false, false
}

// memory returns how many bytes a new hash takes; those that take little count as nothing.
func memory(hasher Hasher) int64 {
	switch h := hasher.(type) {
	case *argon2Hasher:
		return int64(h.cost.Memory) << 10
	case *scryptHasher:
		return 128 * int64(h.cost.n) * int64(h.cost.r)
	default:
		return 0
	}
}

// identify returns the hasher that made encoded, or nil.
func (r *Registry) identify(encoded string) Hasher {
	algorithm, _, found := strings.Cut(encoded, "$")
	if !found {
		return nil
	}
	return r.hashers[algorithm]
}

// dummy hashes password, or the empty one where that cannot be hashed: the length hardly matters.
func (r *Registry) dummy(password string) {
	if Acceptable(password) != nil {
		password = ""
	}
	if _, err := r.preferred.Encode(password); err != nil { // plain bcrypt, more than 72 bytes: nothing has been done
		_, _ = r.preferred.Encode("")
	}
}
