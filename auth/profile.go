package auth

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"watchword/models"
)

// UpdateProfile changes what p gives, and nothing else, and returns the user as stored from then on. A user name is
// normalised (NFKC) as in CreateUser. It returns ErrUsernameInvalid, ErrUsernameReserved or ErrUsernameTaken, of two
// callers who want one name, in whatever case, to one of them, and models.ErrNotFound when the user is gone. The user's
// own name in any case is free to them. A *models.ConflictError says which other column is somebody else's.
//
// Source: dj_rest_auth.serializers.UserDetailsSerializer with allauth's clean_username. The originals take the user's
// own name for taken too, so that a form saved unchanged fails; here it does not.
func (s *Service) UpdateProfile(ctx context.Context, id models.UserID, p models.Profile) (*models.User, error) {
	if p.Username != nil {
		username, err := s.cleanUsername(*p.Username)
		if err != nil {
			return nil, err
		}
		p.Username = &username
	}
	var u *models.User
	err := s.store.Atomic(ctx, func(ctx context.Context) error {
		before, err := s.store.UserBy(ctx, models.UserFieldID, string(id))
		if err != nil {
			return err
		}
		if u, err = s.store.UpdateProfile(ctx, id, p); err != nil || u.Username == before.Username {
			return err
		}
		return s.signals.Record(ctx, models.AuditUsernameChanged, u, "")
	})
	if err != nil {
		return nil, nameTaken(err)
	}
	return u, nil
}

// CheckUsername says what UpdateProfile would say about a new name for that user, at this moment. It serves to report
// the fault together with others; it decides nothing.
func (s *Service) CheckUsername(ctx context.Context, id models.UserID, username string) error {
	username, err := s.cleanUsername(username)
	if err != nil {
		return err
	}
	holders, err := s.store.UsersByUsernameFold(ctx, username)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(holders, func(u models.User) bool { return u.ID != id }) {
		return ErrUsernameTaken
	}
	return nil
}

// cleanUsername returns the form in which a name is stored, if it may be a user's.
//
// Source: allauth.account.adapter.DefaultAccountAdapter.clean_username.
func (s *Service) cleanUsername(username string) (string, error) {
	username, err := s.normalizeUsername(username)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(s.cfg.UsernameBlacklist, func(reserved string) bool {
		return strings.EqualFold(reserved, username)
	}) {
		return "", ErrUsernameReserved
	}
	return username, nil
}

// normalizeUsername returns the NFKC form of a name that is well formed as it is and in that form, and
// ErrUsernameInvalid for others.
func (s *Service) normalizeUsername(username string) (string, error) {
	plain := norm.NFKC.String(username)
	if utf8.RuneCountInString(plain) > s.cfg.UsernameMaxLength || !models.ValidUsername(username) || !models.ValidUsername(plain) {
		return "", ErrUsernameInvalid
	}
	return plain, nil
}
