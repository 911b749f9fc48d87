package main

import (
	"context"
	"log/slog"
	"time"

	"watchword/auth"
	"watchword/models"
	"watchword/schemes/jwt"
	"watchword/schemes/jwt/keys"
)

// foreignKeys sign with our own keys and verify with those that another server publishes.
type foreignKeys struct {
	*keys.Ring
	published *keys.Remote
}

// Verifying returns the published keys of that name.
func (k foreignKeys) Verifying(id string) []*keys.Key { return k.published.Verifying(id) }

// newBearer returns the scheme of JWTs, with the blacklist or without.
func newBearer(s *Settings, ring *keys.Ring, store rowCache, signals *auth.Signals, log *slog.Logger) (*jwt.Scheme,
	error) {
	cfg := s.JWT
	cfg.Log = log
	cfg.Reused = func(ctx context.Context, u *models.User) error {
		return signals.Record(ctx, models.AuditTokenReused, u, jwt.Name)
	}
	var trusted jwt.Keys = ring
	if cfg.JWKURL != "" {
		published, err := keys.NewRemote(cfg.JWKURL, cfg.Algorithm, time.Now, log)
		if err != nil {
			return nil, err
		}
		trusted = foreignKeys{ring, published}
	}
	if !s.Features.TokenBlacklist {
		return jwt.New(cfg, trusted, store, nil)
	}
	return jwt.New(cfg, trusted, store, store)
}
