package auth

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"watchword/auth/password"
	"watchword/models"
)

// ErrEmailTaken says that somebody else has the e-mail address.
var ErrEmailTaken = errors.New("email taken")

// Reservations keeps two callers from taking one name or address at the same time.
type Reservations interface {
	// ReserveUser makes others who reserve the user name, in whatever case, or the address wait until the transaction
	// that ctx carries ends. It does not say whether somebody has them already.
	ReserveUser(ctx context.Context, username, email string) error
}

// UniqueUser says what a new account shall be like whose address nobody else has.
type UniqueUser struct {
	Username string // not looked at where addresses are the names
	Email    string // well-formed; not empty
	Password string // in clear
	// Strict judges the name as UpdateProfile does, refuses one that is somebody's in another case or that is another
	// address, and asks the validators about the password. Otherwise every name that can be stored will do, and every
	// password.
	Strict bool
}

// UserRefused is the error for a new account that there cannot be: ErrEmailTaken, ErrUsernameInvalid,
// ErrUsernameReserved or ErrUsernameTaken, and a *WeakPassword, as many of them as apply.
type UserRefused struct{ Faults []error }

// Error joins the faults, for logs and tests.
func (r *UserRefused) Error() string { return errors.Join(r.Faults...).Error() }

// Unwrap returns the faults.
func (r *UserRefused) Unwrap() []error { return r.Faults }

// CreateUniqueUser makes an active account, or returns a *UserRefused. Of several callers at once with one name or one
// address one gets it: they wait for each other. Accounts that are made or changed in other ways, for which addresses
// need not be unique, may claim the address afterwards.
//
// Source: the tutorial's UserManager.create_user, over a table in which addresses are not unique.
func (s *Service) CreateUniqueUser(ctx context.Context, n UniqueUser) (*models.User, error) {
	if err := s.CheckUniqueUser(ctx, n); err != nil {
		return nil, err
	}
	username, err := s.nameOf(n)
	if err != nil {
		return nil, err
	}
	encoded, err := s.passwords.Encode(ctx, n.Password)
	if errors.Is(err, password.ErrTooLong) {
		weak := &WeakPassword{Faults: []PasswordFault{{Code: PasswordTooLong}}}
		return nil, &UserRefused{Faults: []error{weak}}
	}
	if err != nil {
		return nil, err
	}
	u := &models.User{
		Username: username, Email: NormalizeEmail(n.Email), Password: encoded, IsActive: true, DateJoined: s.cfg.Now().UTC(),
	}
	if err := s.store.Atomic(ctx, func(ctx context.Context) error { return s.claim(ctx, n, u) }); err != nil {
		return nil, err
	}
	return u, nil
}

// claim stores u if nobody has its name or address, in the transaction of ctx.
func (s *Service) claim(ctx context.Context, n UniqueUser, u *models.User) error {
	if err := s.store.ReserveUser(ctx, u.Username, u.Email); err != nil {
		return err
	}
	faults, err := s.taken(ctx, n, u.Username)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return &UserRefused{Faults: faults}
	}
	err = s.store.CreateUser(ctx, u)
	if taken := s.takenBy(err); errors.Is(taken, ErrUsernameTaken) || errors.Is(taken, ErrEmailTaken) {
		return &UserRefused{Faults: []error{taken}} // by somebody who makes accounts in another way
	}
	if err != nil {
		return err
	}
	return s.signals.After(ctx, models.EventPostRegistered, u)
}

// CheckUniqueUser says what CreateUniqueUser would refuse at this moment, by a *UserRefused. It serves to report this
// together with other faults; it decides nothing.
func (s *Service) CheckUniqueUser(ctx context.Context, n UniqueUser) error {
	username, invalid := s.nameOf(n)
	faults, err := s.taken(ctx, n, username)
	if err != nil {
		return err
	}
	if invalid != nil {
		faults = append(faults, invalid)
	}
	if n.Strict {
		about := attributesOf(&models.User{Username: n.Username, Email: n.Email})
		if weak := s.validators.Validate(n.Password, about); len(weak) > 0 {
			faults = append(faults, &WeakPassword{Faults: weak})
		}
	}
	if len(faults) > 0 {
		return &UserRefused{Faults: faults}
	}
	return nil
}

// nameOf returns the user name as it will be stored, or "" and the fault.
func (s *Service) nameOf(n UniqueUser) (string, error) {
	if s.cfg.NamesAreAddresses {
		return NormalizeEmail(n.Email), nil
	}
	if !n.Strict {
		if n.Username == "" || utf8.RuneCountInString(n.Username) > s.cfg.UsernameMaxLength {
			return "", ErrUsernameInvalid
		}
		return n.Username, nil
	}
	username, err := s.cleanUsername(n.Username)
	if err == nil && strings.Contains(username, "@") && NormalizeEmail(username) != NormalizeEmail(n.Email) {
		return "", ErrUsernameReserved
	}
	return username, err
}

// taken says what somebody has already. The address is looked for as it was given, too: other ways of making accounts
// may have stored it so.
func (s *Service) taken(ctx context.Context, n UniqueUser, username string) (faults []error, err error) {
	byName, nameTaken := s.byExactUsername, ErrUsernameTaken
	if n.Strict {
		byName = s.byFoldedUsername
	}
	if s.cfg.NamesAreAddresses {
		nameTaken = ErrEmailTaken
	}
	for _, one := range []struct {
		find  finder
		value string
		fault error
	}{
		{s.byExactEmail, NormalizeEmail(n.Email), ErrEmailTaken},
		{s.byExactEmail, n.Email, ErrEmailTaken},
		{byName, username, nameTaken},
	} {
		holders, err := one.find(ctx, identifier{username: one.value})
		if err != nil {
			return nil, err
		}
		if len(holders) > 0 && !slices.Contains(faults, one.fault) {
			faults = append(faults, one.fault)
		}
	}
	return faults, nil
}

// byFoldedUsername finds the accounts of that name in any case.
func (s *Service) byFoldedUsername(ctx context.Context, who identifier) ([]models.User, error) {
	return s.store.UsersByUsernameFold(ctx, who.username)
}
