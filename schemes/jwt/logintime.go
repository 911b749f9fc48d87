package jwt

import (
	"context"
	"time"

	"watchword/schemes"
)

var _ schemes.LoginDater = (*Scheme)(nil)

// LoggedInAt reads the claim AUTH_TIME_CLAIM, which is passed on from token to token. iat will not do: it is that of the
// refresh token that bought the access token, which may have been refreshed a moment ago. Tokens without the claim, as
// those of others are, do not say when the login was.
//
// Source: OpenID Connect Core 1.0 section 2, auth_time.
func (s *Scheme) LoggedInAt(_ context.Context, id schemes.Identity) (time.Time, error) {
	seconds, ok := id.Claims[s.cfg.AuthTimeClaim].(int64)
	if !ok || s.cfg.AuthTimeClaim == "" {
		return time.Time{}, nil
	}
	return time.Unix(seconds, 0).UTC(), nil
}
