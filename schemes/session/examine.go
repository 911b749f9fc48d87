package session

import (
	"errors"
	"slices"

	"watchword/auth/signing"
	"watchword/models"
)

// The ways in which a stored session can be of no use.
var (
	ErrForeign    = errors.New("session: not signed with one of the secret keys")
	ErrUnreadable = errors.New("session: signed, but not JSON")
	ErrBackend    = errors.New("session: of a backend that is not asked")
	ErrNobody     = errors.New("session: of a user who is not there")
	ErrDisabled   = errors.New("session: of a user who is disabled")
	ErrOutdated   = errors.New("session: the password was changed since")
)

// Examiner says what stored sessions are worth, without a request. It is safe for concurrent use.
type Examiner struct {
	cfg    Config
	signer *signing.Signer
	hashes *signing.SessionHasher
}

// NewExaminer returns an Examiner that judges as a Scheme with the same settings would.
func NewExaminer(cfg Config, keys signing.Config) *Examiner {
	return &Examiner{cfg: cfg, signer: signing.NewSigner(keys, salt), hashes: signing.NewSessionHasher(keys)}
}

// Held is what a session says of its owner.
type Held struct {
	User          models.UserID // "" for nobody's
	backend, hash string
}

// Open reads the data of a session. It returns ErrForeign or ErrUnreadable for what is none.
func (e *Examiner) Open(text string) (Held, error) {
	var d data
	if err := e.signer.Loads(text, &d); errors.Is(err, signing.ErrBadSignature) {
		return Held{}, ErrForeign
	} else if err != nil || d == nil {
		return Held{}, ErrUnreadable
	}
	return Held{User: d.user(e.cfg.NumericUserIDs), backend: d.text(backendKey), hash: d.text(hashKey)}, nil
}

// Judge says whether a session of u's would be taken: nil, or why not. u is the user whom it names, or nil for none.
func (e *Examiner) Judge(held Held, u *models.User) error {
	switch {
	case !slices.Contains(e.cfg.Backends, held.backend):
		return ErrBackend
	case u == nil:
		return ErrNobody
	case !u.IsActive:
		return ErrDisabled
	}
	if ok, _ := e.hashes.Verify(u.Password, held.hash); !ok {
		return ErrOutdated
	}
	return nil
}
