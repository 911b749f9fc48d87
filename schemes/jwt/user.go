package jwt

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"watchword/models"
	"watchword/schemes"
)

// user returns the user whom t names. NoUser and UserMissing say that it names nobody.
func (s *Scheme) user(ctx context.Context, t *token) (*models.User, error) {
	value, there := t.claims.get(s.cfg.UserIDClaim)
	if !there {
		return nil, s.refuse(schemes.NoUser, nil)
	}
	key, ok := userKey(s.userField, value)
	if !ok {
		return nil, s.refuse(schemes.UserMissing, nil)
	}
	u, err := s.users.UserBy(ctx, s.userField, key)
	if errors.Is(err, models.ErrNotFound) {
		return nil, s.refuse(schemes.UserMissing, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("jwt: reading the user: %w", err)
	}
	return u, nil
}

// entitled returns the user whom t names, who may use it.
func (s *Scheme) entitled(ctx context.Context, t *token) (*models.User, error) {
	u, err := s.user(ctx, t)
	if err == nil {
		err = s.standing(u, t)
	}
	if err != nil && models.MayBeOld(ctx) {
		return s.entitled(models.Fresh(ctx), t)
	}
	if err != nil {
		return nil, err
	}
	return u, nil
}

// userKey reads a claim that names a user by field: for ids a canonical whole number, as number or text, or a UUID; for
// other columns a plain text. 1.0, true and " 1" name nobody here, unlike in Python.
func userKey(field models.UserField, value string) (string, bool) {
	key, isText := text(value)
	if field != models.UserFieldID {
		return key, isText && key != "" && !strings.ContainsFunc(key, isControl)
	}
	if !isText {
		key = value
	}
	if _, whole := models.UserID(key).Int(); whole {
		return key, true
	}
	return key, isText && isUUID(key)
}

// isUUID reports whether s is in the one form of a UUID that Django writes.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || !dash && !strings.ContainsRune("0123456789abcdef", rune(s[i])) {
			return false
		}
	}
	return true
}

// standing checks that u may use t.
func (s *Scheme) standing(u *models.User, t *token) error {
	if s.cfg.CheckUserIsActive && !u.IsActive {
		return s.refuse(schemes.UserInactive, nil)
	}
	if err := s.outlived(u, t); err != nil {
		return err
	}
	if !s.cfg.CheckRevokeToken {
		return nil
	}
	value, _ := t.claims.get(s.cfg.RevokeTokenClaim)
	digest, _ := text(value)
	if subtle.ConstantTimeCompare([]byte(digest), []byte(passwordDigest(u))) != 1 {
		return s.refuse(schemes.PasswordChanged, nil)
	}
	return nil
}
