package token

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"watchword/models"
	"watchword/schemes"
)

var (
	_ schemes.LoginDater = (*Scheme)(nil)
	_ schemes.LoginDater = (*Plain)(nil)
)

// LoggedInAt says when the token was made: every login has its own.
func (s *Scheme) LoggedInAt(ctx context.Context, id schemes.Identity) (time.Time, error) {
	digest, err := hex.DecodeString(id.Key)
	if err != nil {
		return time.Time{}, fmt.Errorf("token: not a key of this scheme: %w", err)
	}
	t, _, err := s.store.LoginToken(ctx, []models.Digest{digest})
	if errors.Is(err, models.ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return t.Created, nil
}

// LoggedInAt says when the token was made, by the first login of many that got it. The others are not known.
func (p *Plain) LoggedInAt(ctx context.Context, id schemes.Identity) (time.Time, error) {
	at, err := p.store.PlainTokenCreated(ctx, id.Key)
	if errors.Is(err, models.ErrNotFound) {
		return time.Time{}, nil
	}
	return at, err
}
