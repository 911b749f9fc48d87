package auth

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"

	"watchword/models"
	"watchword/schemes"
)

// maxCandidates is how many accounts one attempt to log in is checked against. There is more than one only where a name
// is also somebody else's address, or where several accounts claim an address that none has proved.
const maxCandidates = 4

// Authenticate returns the active user whom username and password open. Unknown, disabled and password-less accounts
// and wrong passwords are all ErrInvalidCredentials and cost the same work: one hash for each account that the name may
// mean, which is one nearly always, and one for a name that means nobody. A password whose hash is out of date is hashed
// anew in passing. A busy password gate is passed on, and a *throttle.Exceeded says that there were too many attempts.
//
// Source: django.contrib.auth.authenticate over ModelBackend and allauth's AuthenticationBackend.
func (s *Service) Authenticate(ctx context.Context, username, password string) (*models.User, error) {
	return s.authenticate(ctx, identifier{username: username}, password)
}

// AuthenticateByEmail is Authenticate for an e-mail address that was given as such. It finds nobody where Config.Method
// is ByUsername.
func (s *Service) AuthenticateByEmail(ctx context.Context, email, password string) (*models.User, error) {
	return s.authenticate(ctx, identifier{email: email}, password)
}

// AuthenticateByEither is Authenticate for a user name, or for that of the one account whose address in auth_user is
// email in any case: who gives both and has an account of that address means that one. An address that several accounts
// have means none of them.
//
// Source: dj_rest_auth.serializers.LoginSerializer.get_auth_user_using_orm, which crashes on several accounts.
func (s *Service) AuthenticateByEither(ctx context.Context, username, email, password string) (*models.User, error) {
	if email != "" {
		users, err := s.store.UsersByEmailFold(ctx, email)
		if err != nil {
			return nil, err
		}
		if len(users) == 1 {
			username = users[0].Username
		}
	}
	return s.authenticate(ctx, identifier{username: username}, password)
}

// authenticate finds the user, unless the client, or all who try this account, have failed too often. What was not tried
// to the end, because a gate was busy or storage away, does not count.
func (s *Service) authenticate(ctx context.Context, who identifier, password string) (*models.User, error) {
	attempt, err := s.attempts.begin(ctx)
	if err != nil {
		s.recordRefusal(ctx, nil, err)
		return nil, err
	}
	u, err := s.tryPassword(ctx, attempt, who, password)
	if err == nil {
		s.noteAttempt(ctx, attempt.succeeded(ctx))
		return u, nil
	}
	if !errors.Is(err, ErrInvalidCredentials) {
		s.noteAttempt(ctx, attempt.takeBack(ctx))
	}
	s.recordRefusal(ctx, u, err)
	return nil, err
}

// tryPassword returns the first user of those whom the name may mean that the password opens; beside an error, the one
// who was tried, if there was just one.
func (s *Service) tryPassword(ctx context.Context, attempt *attempt, who identifier, password string) (*models.User, error) {
	var tried []models.UserID
	var only *models.User
	for _, find := range s.find {
		users, err := find(ctx, who)
		if err != nil {
			return nil, err
		}
		for i := range users {
			u := &users[i]
			if slices.Contains(tried, u.ID) || len(tried) == maxCandidates {
				continue
			}
			tried = append(tried, u.ID)
			only = u
			if err := attempt.on(ctx, accountOf(u)); err != nil {
				return u, err
			}
			if ok, err := s.opens(ctx, u, password); ok || err != nil {
				return u, err
			}
		}
	}
	if len(tried) == 0 {
		if err := attempt.on(ctx, "nobody "+folded(cmp.Or(who.username, who.email))); err != nil {
			return nil, err
		}
		if err := s.passwords.Dummy(ctx, password); err != nil {
			return nil, err
		}
	}
	if len(tried) > 1 {
		only = nil
	}
	return only, ErrInvalidCredentials
}

// accountOf names u's account to those who count attempts.
func accountOf(u *models.User) string { return "user " + string(u.ID) }

// noteAttempt logs that an attempt could not be taken back: it then counts as one that failed.
func (s *Service) noteAttempt(ctx context.Context, err error) {
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "an attempt to log in is counted as failed", slog.Any("error", err))
	}
}

// opens reports whether password opens the account of u.
func (s *Service) opens(ctx context.Context, u *models.User, password string) (bool, error) {
	ok, rehash, err := s.passwords.Check(ctx, password, u.Password)
	if err != nil || !ok || !u.IsActive {
		return false, err
	}
	if rehash {
		s.upgrade(ctx, u, password)
	}
	return true, nil
}

// upgrade replaces u's hash by one of today's strength, unless the password was changed meanwhile. An upgrade that
// fails waits for the next login: the user has proved who they are.
func (s *Service) upgrade(ctx context.Context, u *models.User, password string) {
	encoded, err := s.passwords.Encode(ctx, password)
	if err == nil {
		var swapped bool
		if swapped, err = s.store.SwapPassword(ctx, u.ID, u.Password, encoded); swapped {
			u.Password = encoded
		}
	}
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "password hash not upgraded", slog.String("user", string(u.ID)),
			slog.Any("error", err))
	}
}

// Login hands u, who has just been proved, a credential of scheme. Credential and last login are written together or
// not at all. It calls the hooks PreLogin, which may refuse with ErrRefused, and PostLogin.
func (s *Service) Login(r *http.Request, scheme schemes.Scheme, u *models.User) (schemes.Grant, error) {
	if err := s.signals.Before(r.Context(), models.EventPreLogin, u); err != nil {
		return schemes.Grant{}, err
	}
	issue, err := prepare(scheme, r, u)
	if err != nil {
		return schemes.Grant{}, err
	}
	var grant schemes.Grant
	err = s.store.Atomic(r.Context(), func(ctx context.Context) error {
		if grant, err = issue(ctx); err != nil {
			return err
		}
		if s.recording {
			if err := s.store.SetLastLogin(ctx, u.ID, s.cfg.Now()); err != nil {
				return err
			}
		}
		if err := s.signals.Record(ctx, models.AuditLogin, u, scheme.Name()); err != nil {
			return err
		}
		return s.signals.After(ctx, models.EventPostLogin, u)
	})
	if err != nil {
		return schemes.Grant{}, err
	}
	return grant, nil
}

// prepare does the part of issuing that needs no transaction, and returns the part that does: with SQLite nobody else
// writes while it runs, and a signature takes longer than all else in it.
func prepare(scheme schemes.Scheme, r *http.Request, u *models.User) (func(context.Context) (schemes.Grant, error), error) {
	preparer, ok := scheme.(schemes.Preparer)
	if !ok {
		return func(ctx context.Context) (schemes.Grant, error) { return scheme.Issue(r.WithContext(ctx), u) }, nil
	}
	grant, record, err := preparer.Prepare(r, u)
	return func(ctx context.Context) (schemes.Grant, error) { return grant, record(ctx) }, err
}

// Logout runs revoke, which ends u's credential, in a transaction, and calls the hooks PreLogout, which may refuse with
// ErrRefused, and PostLogout. revoke must not wait for the client. An error of revoke is returned and undoes all.
func (s *Service) Logout(ctx context.Context, u *models.User, revoke func(ctx context.Context) error) error {
	if err := s.BeginLogout(ctx, u); err != nil {
		return err
	}
	return s.FinishLogout(ctx, u, revoke)
}

// BeginLogout is the first part of Logout, for those who end more credentials of u than fit into a transaction: it calls
// the hook PreLogout, and no credential may be ended when it returns an error.
func (s *Service) BeginLogout(ctx context.Context, u *models.User) error {
	return s.signals.Before(ctx, models.EventPreLogout, u)
}

// FinishLogout is the last part of Logout: it runs last, which ends what is left of u's credentials, in a transaction,
// and calls the hook PostLogout.
func (s *Service) FinishLogout(ctx context.Context, u *models.User, last func(ctx context.Context) error) error {
	return s.store.Atomic(ctx, func(ctx context.Context) error {
		if err := last(ctx); err != nil {
			return err
		}
		return s.signals.After(ctx, models.EventPostLogout, u)
	})
}
