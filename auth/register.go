package auth

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"watchword/auth/password"
	"watchword/models"
)

// minPassword is the fewest characters a password must have to register, whatever the validators say.
const minPassword = 6

var (
	// ErrUsernameTakenFold says that somebody has the user name in another case.
	ErrUsernameTakenFold = errors.New("username taken in another case")
	// ErrPasswordTooShort says that a password has fewer characters than any password must have.
	ErrPasswordTooShort = errors.New("password too short")
)

// RegistrationConfig says who may make an account.
type RegistrationConfig struct {
	Enabled           bool               `setting:"REGISTRATION_ENABLED" help:"Let anybody make an account at register/ of the authtoken mount."`
	DistinctUsernames bool               `setting:"REGISTRATION_DISTINCT_USERNAMES" help:"Refuse user names that somebody has in another case, or that are written with compatibility characters, such as full-width letters."`
	ValidatePasswords bool               `setting:"REGISTRATION_VALIDATE_PASSWORDS" help:"Apply AUTH_PASSWORD_VALIDATORS to register/ too; six characters are the least in any case."`
	Confirmation      ConfirmationConfig `setting:",inline"`
}

// DefaultRegistrationConfig registers nobody until it is enabled, and then nobody who could be taken for somebody else.
func DefaultRegistrationConfig() RegistrationConfig {
	return RegistrationConfig{DistinctUsernames: true, ValidatePasswords: true, Confirmation: DefaultConfirmationConfig()}
}

// ExactRegistrationConfig takes user names and passwords as django-rest-authtoken does.
func ExactRegistrationConfig() RegistrationConfig {
	return RegistrationConfig{Confirmation: DefaultConfirmationConfig()}
}

// Validate returns every fault, each beginning with the setting's name.
func (c RegistrationConfig) Validate() error { return c.Confirmation.Validate() }

// RegistrationStore keeps accounts.
type RegistrationStore interface {
	// Atomic runs fn in a transaction that rides in ctx; nested calls join.
	Atomic(ctx context.Context, fn func(ctx context.Context) error) error
	// CreateUser adds u and sets u.ID; models.ErrConflict when the name is taken.
	CreateUser(ctx context.Context, u *models.User) error
	// CreateUserFold is CreateUser, and models.ErrConflict also when the name is taken in another case.
	CreateUserFold(ctx context.Context, u *models.User) error
	// UserBy finds the user whose field equals value exactly.
	UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error)
	// UsersByUsernameFold finds the users whose name differs from username in case at most; none is no error.
	UsersByUsernameFold(ctx context.Context, username string) ([]models.User, error)
}

// Registrar lets people make accounts for themselves. It is safe for concurrent use.
//
// Source: rest_authtoken.serializers.UserRegistrationSerializer.
type Registrar struct {
	cfg           RegistrationConfig
	service       *Service
	store         RegistrationStore
	confirmations *Confirmations
}

// NewRegistrar returns a registrar over the core and store. confirmations may be nil: nobody has to confirm anything.
func NewRegistrar(cfg RegistrationConfig, service *Service, store RegistrationStore, confirmations *Confirmations) *Registrar {
	return &Registrar{cfg: cfg, service: service, store: store, confirmations: confirmations}
}

// CheckUsername says what Register would say about a name at this moment: ErrUsernameInvalid, ErrUsernameReserved,
// ErrUsernameTaken or ErrUsernameTakenFold, or ErrEmailTaken where addresses are the names. It serves to report the fault
// together with others; it decides nothing.
func (r *Registrar) CheckUsername(ctx context.Context, username string) error {
	if err := r.acceptable(username); err != nil {
		return err
	}
	return r.taken(ctx, username)
}

// CheckPassword says whether a password may be n's: ErrPasswordTooShort, or a *WeakPassword where the validators are
// asked. White space around it does not make it longer.
func (r *Registrar) CheckPassword(n NewUser) error {
	if utf8.RuneCountInString(strings.TrimSpace(n.Password)) < minPassword {
		return ErrPasswordTooShort
	}
	if !r.cfg.ValidatePasswords {
		return nil
	}
	u := &models.User{Username: n.Username, Email: n.Email}
	if faults := r.service.validators.Validate(n.Password, attributesOf(u)); len(faults) > 0 {
		return &WeakPassword{Faults: faults}
	}
	return nil
}

// Register makes an account, and mails a link where addresses are to be confirmed: user, token and mail are written
// together or not at all. It returns the errors of CheckUsername, of two callers with one name to all but one, and a
// *WeakPassword for a password that the hasher cannot take. The caller has checked the password otherwise. It returns
// ErrMailRefused when n.Email cannot be written to.
func (r *Registrar) Register(ctx context.Context, n NewUser) (*models.User, error) {
	if r.service.cfg.NamesAreAddresses {
		n.Email = NormalizeEmail(n.Email)
		n.Username = n.Email
	}
	if err := r.acceptable(n.Username); err != nil {
		return nil, err
	}
	encoded, err := r.service.passwords.Encode(ctx, n.Password) // before the transaction: it takes long
	if errors.Is(err, password.ErrTooLong) {
		return nil, &WeakPassword{Faults: []PasswordFault{{Code: PasswordTooLong}}}
	}
	if err != nil {
		return nil, err
	}
	u := &models.User{Username: n.Username, Email: n.Email, Password: encoded, IsActive: r.activeAtOnce(),
		DateJoined: r.service.cfg.Now().UTC()}
	err = r.store.Atomic(ctx, func(ctx context.Context) error { return r.create(ctx, u) })
	if errors.Is(err, models.ErrConflict) {
		return nil, r.conflict(ctx, n.Username, err)
	}
	if err != nil {
		return nil, err
	}
	return u, nil
}

// create stores u, tells of it, and promises the mail.
func (r *Registrar) create(ctx context.Context, u *models.User) error {
	create := r.store.CreateUser
	if r.cfg.DistinctUsernames {
		create = r.store.CreateUserFold
	}
	if err := create(ctx, u); err != nil {
		return err
	}
	if err := r.service.signals.After(ctx, models.EventPostRegistered, u); err != nil || r.confirmations == nil {
		return err
	}
	return r.confirmations.Send(ctx, u)
}

// conflict says what was in the way of a new user, even if it is gone by now.
func (r *Registrar) conflict(ctx context.Context, username string, err error) error {
	err = r.service.takenBy(err)
	if !errors.Is(err, ErrUsernameTaken) {
		return err
	}
	return cmp.Or(r.taken(ctx, username), err)
}

// activeAtOnce reports whether people can log in as soon as they have registered.
func (r *Registrar) activeAtOnce() bool {
	return r.confirmations == nil || r.confirmations.Field() != models.ConfirmsActive
}

// acceptable returns nil for a name that somebody may have. What an address may be is known to who writes to it.
func (r *Registrar) acceptable(username string) error {
	if r.service.cfg.NamesAreAddresses {
		return nil
	}
	tooLong := utf8.RuneCountInString(username) > r.service.cfg.UsernameMaxLength
	if tooLong || !models.ValidUsername(username) || r.cfg.DistinctUsernames && !norm.NFKC.IsNormalString(username) {
		return ErrUsernameInvalid
	}
	_, err := r.service.cleanUsername(username)
	return err
}

// taken returns nil for a name that nobody has.
func (r *Registrar) taken(ctx context.Context, username string) error {
	exact, fold := ErrUsernameTaken, ErrUsernameTakenFold
	if r.service.cfg.NamesAreAddresses {
		username, exact, fold = NormalizeEmail(username), ErrEmailTaken, ErrEmailTaken
	}
	_, err := r.store.UserBy(ctx, models.UserFieldUsername, username)
	if err == nil {
		return exact
	}
	if !errors.Is(err, models.ErrNotFound) || !r.cfg.DistinctUsernames {
		return ignoreNotFound(err)
	}
	users, err := r.store.UsersByUsernameFold(ctx, username)
	switch {
	case err != nil:
		return err
	case slices.ContainsFunc(users, func(u models.User) bool { return u.Username == username }): // since the query before
		return exact
	case len(users) > 0:
		return fold
	}
	return nil
}

func ignoreNotFound(err error) error {
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	return err
}
