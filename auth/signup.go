package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"watchword/auth/password"
	"watchword/email"
	"watchword/models"
)

// SignupStore keeps accounts.
type SignupStore interface {
	Users
	Reservations
	// UsersByVerifiedEmail finds the users who have proved that email is theirs.
	UsersByVerifiedEmail(ctx context.Context, email string) ([]models.User, error)
	// CreateEmailAddress adds a and sets its ID.
	CreateEmailAddress(ctx context.Context, a *models.EmailAddress) error
}

// Signups lets people make accounts for themselves. It is safe for concurrent use.
//
// Source: dj_rest_auth.registration.serializers.RegisterSerializer over allauth.account.adapter.DefaultAccountAdapter.
type Signups struct {
	cfg           SignupConfig
	service       *Service
	store         SignupStore
	verifications *Verifications
}

// NewSignups returns signups over the core and store. cfg must be valid.
func NewSignups(cfg SignupConfig, service *Service, store SignupStore, verifications *Verifications) *Signups {
	return &Signups{cfg: cfg, service: service, store: store, verifications: verifications}
}

// MustVerify reports whether new users have to prove their address before they can log in.
func (s *Signups) MustVerify() bool { return s.service.cfg.EmailVerification == VerificationMandatory }

// Begin tells hooks that somebody is about to register, before anything is checked, and returns ErrRefused or what wraps
// it if they must not.
func (s *Signups) Begin(ctx context.Context, n NewUser) error {
	sent := &models.User{Username: n.Username, Email: n.Email}
	return s.service.signals.Before(ctx, models.EventPreRegistered, sent)
}

// CheckUsername says what Register would say about n's name at this moment: ErrUsernameInvalid, ErrUsernameReserved or
// ErrUsernameTaken. Like the other checks it serves to report the fault together with others; it decides nothing.
func (s *Signups) CheckUsername(ctx context.Context, n NewUser) error {
	username, err := s.cleanUsername(n)
	if err != nil {
		return err
	}
	return s.nameTaken(ctx, username)
}

// CheckEmail says what Register would say about an address at this moment: ErrMailRefused when no mail can be sent to it,
// or ErrEmailTaken.
func (s *Signups) CheckEmail(ctx context.Context, address string) error {
	address, err := cleanAddress(address)
	if err != nil || !s.tellsOwners() {
		return err
	}
	owner, err := s.ownerOf(ctx, address)
	if err == nil && owner != nil {
		return ErrEmailTaken
	}
	return err
}

// CheckPassword returns a *WeakPassword for a password that is nobody's.
func (s *Signups) CheckPassword(text string) error {
	faults := s.service.validators.Validate(text, nil)
	if least := s.cfg.PasswordMinLength; len(s.service.validators) == 0 && utf8.RuneCountInString(text) < least {
		faults = []PasswordFault{{Code: PasswordTooShort, MinLength: least}}
	}
	if len(faults) > 0 {
		return &WeakPassword{Faults: faults}
	}
	return nil
}

// Register makes an active account, and mails a link that proves its address unless addresses are not verified: user,
// address and mail are written together or not at all. It returns the errors of the checks, of several callers with one
// name, in whatever case, to all but one, and a *WeakPassword for a password that is too much like n's name or address. The
// caller has checked the password otherwise.
//
// It calls the hook PostRegistered.
//
// Where it is not told that somebody has the address, the account is made all the same, and its owner gets a mail about
// that instead: neither the answer, nor the time, nor what is in the database afterwards tells strangers more.
func (s *Signups) Register(ctx context.Context, n NewUser, link LinkTo) (*models.User, error) {
	u, err := s.newUser(n)
	if err != nil {
		return nil, err
	}
	if faults := s.service.validators.Validate(n.Password, attributesOf(u)); len(faults) > 0 {
		return nil, &WeakPassword{Faults: faults}
	}
	u.Password, err = s.service.passwords.Encode(ctx, n.Password) // before the transaction: it takes long
	if errors.Is(err, password.ErrTooLong) {
		return nil, &WeakPassword{Faults: []PasswordFault{{Code: PasswordTooLong}}}
	}
	if err != nil {
		return nil, err
	}
	if err := s.store.Atomic(ctx, func(ctx context.Context) error { return s.create(ctx, u, link) }); err != nil {
		return nil, err
	}
	return u, nil
}

// newUser is n as it will be stored, but for the password, and the name where it is to be made.
func (s *Signups) newUser(n NewUser) (*models.User, error) {
	u := &models.User{
		IsActive: true, DateJoined: s.service.cfg.Now().UTC(), FirstName: n.FirstName, LastName: n.LastName, Extra: n.Extra,
	}
	var err error
	if n.Email != "" {
		if u.Email, err = cleanAddress(n.Email); err != nil {
			return nil, err
		}
	}
	if s.service.cfg.NamesAreAddresses {
		u.Username = u.Email
		return u, err
	}
	if n.Username != "" || s.cfg.UsernameRequired {
		u.Username, err = s.cleanUsername(n)
	}
	return u, err
}

// create stores u and the claim of u's address, and promises a mail, in the transaction of ctx.
func (s *Signups) create(ctx context.Context, u *models.User, link LinkTo) error {
	if err := s.claimName(ctx, u); err != nil {
		return err
	}
	owner, err := s.ownerOf(ctx, u.Email)
	if err != nil {
		return err
	}
	if owner != nil && s.tellsOwners() {
		return ErrEmailTaken
	}
	err = s.store.CreateUser(ctx, u)
	if err != nil {
		return s.service.takenBy(err)
	}
	if err := s.service.signals.After(ctx, models.EventPostRegistered, u); err != nil || u.Email == "" {
		return err
	}
	return s.claimAddress(ctx, u, owner, link)
}

// claimAddress stores the claim of u's address, which owner has proved to be theirs if there is one, and promises a mail.
func (s *Signups) claimAddress(ctx context.Context, u, owner *models.User, link LinkTo) error {
	a := &models.EmailAddress{UserID: u.ID, Email: u.Email, Primary: true}
	if err := s.store.CreateEmailAddress(ctx, a); err != nil {
		return err
	}
	switch {
	case owner != nil:
		return s.verifications.WelcomeBack(ctx, owner, u.Email, link)
	case s.service.cfg.EmailVerification == VerificationNone:
		return nil
	}
	return s.verifications.Welcome(ctx, u, a, link)
}

// claimName sees to it that u's name is nobody else's until the transaction of ctx ends, and makes one if there is none.
func (s *Signups) claimName(ctx context.Context, u *models.User) error {
	if u.Username != "" {
		if err := s.store.ReserveUser(ctx, u.Username, u.Email); err != nil {
			return err
		}
		return s.nameTaken(ctx, u.Username)
	}
	for _, candidate := range usernameCandidates(u.Email, s.cfg.UsernameMinLength, s.service.cfg.UsernameMaxLength) {
		if err := s.store.ReserveUser(ctx, candidate, u.Email); err != nil {
			return err
		}
		cleaned, err := s.service.cleanUsername(candidate)
		if err == nil {
			err = s.nameTaken(ctx, cleaned)
		}
		if err == nil {
			u.Username = cleaned
			return nil
		}
		if !errors.Is(err, ErrUsernameTaken) && !errors.Is(err, ErrUsernameReserved) {
			return err
		}
	}
	return ErrUsernameTaken
}

// nameTaken returns ErrUsernameTaken for a name that somebody has in whatever case.
func (s *Signups) nameTaken(ctx context.Context, username string) error {
	holders, err := s.store.UsersByUsernameFold(ctx, username)
	if err == nil && len(holders) > 0 {
		if s.service.cfg.NamesAreAddresses {
			return ErrEmailTaken
		}
		return ErrUsernameTaken
	}
	return err
}

// ownerOf returns the user who has proved that the address is theirs, if that keeps others from having it, or nil.
func (s *Signups) ownerOf(ctx context.Context, address string) (*models.User, error) {
	if address == "" || !s.cfg.UniqueEmail {
		return nil, nil
	}
	owners, err := s.store.UsersByVerifiedEmail(ctx, address)
	if err != nil || len(owners) == 0 {
		return nil, err
	}
	return &owners[0], nil
}

// tellsOwners reports whether strangers are told that somebody has an address.
func (s *Signups) tellsOwners() bool { return s.cfg.UniqueEmail && !bool(s.cfg.PreventEnumeration) }

// cleanUsername returns the form in which n's name is stored, if it may be a user's.
func (s *Signups) cleanUsername(n NewUser) (string, error) {
	username, err := s.service.cleanUsername(n.Username)
	if err != nil {
		return "", err
	}
	if !s.service.cfg.PreserveUsernameCasing {
		username = strings.ToLower(username)
	}
	if s.cfg.OwnAddressNames && strings.Contains(username, "@") && !strings.EqualFold(username, n.Email) {
		return "", ErrUsernameReserved
	}
	return username, nil
}

// cleanAddress returns the form in which an address is stored. ErrMailRefused says that no mail could be sent to it.
func cleanAddress(address string) (string, error) {
	address = strings.ToLower(address)
	if _, err := email.ParseAddress(address); err != nil {
		return "", fmt.Errorf("%w: %w", ErrMailRefused, err)
	}
	return address, nil
}
