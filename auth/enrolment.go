package auth

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"watchword/auth/password"
	"watchword/models"
)

// emailMaxLength is the longest address that auth_user holds, in code points.
const emailMaxLength = 254

// ErrEmailInvalid says that nobody can have an address: it is too long, or cannot be written to.
var ErrEmailInvalid = errors.New("invalid email")

// EnrolmentConfig says who may make an account that waits for its activation.
type EnrolmentConfig struct {
	// StrictUsernames takes only names that nobody can mistake for another.
	StrictUsernames bool `setting:"STRICT_USERNAMES" help:"Register only names that auth.User takes, that nobody has in another case, and that are nobody else's address. Without, any name of up to 150 characters."`
}

// DefaultEnrolmentConfig takes only names that nobody can mistake for another.
func DefaultEnrolmentConfig() EnrolmentConfig { return EnrolmentConfig{StrictUsernames: true} }

// EnrolmentStore keeps accounts.
type EnrolmentStore interface {
	Reservations
	// Atomic runs fn in a transaction that rides in ctx; nested calls join.
	Atomic(ctx context.Context, fn func(ctx context.Context) error) error
	// CreateUser adds u and sets u.ID; models.ErrConflict when the name is taken.
	CreateUser(ctx context.Context, u *models.User) error
	// UsersByUsernameFold finds the users whose name differs from username in case at most; none is no error.
	UsersByUsernameFold(ctx context.Context, username string) ([]models.User, error)
}

// Enrolments lets people make accounts that are not active until a mailed link is followed. It is safe for concurrent
// use.
//
// Source: ai_kit_auth.serializers.RegistrationSerializer and views.RegistrationView.
type Enrolments struct {
	cfg         EnrolmentConfig
	service     *Service
	store       EnrolmentStore
	identities  *Identities
	activations *Activations
}

// NewEnrolments returns enrolments over the core and store.
func NewEnrolments(cfg EnrolmentConfig, service *Service, store EnrolmentStore, ids *Identities, a *Activations) *Enrolments {
	return &Enrolments{cfg: cfg, service: service, store: store, identities: ids, activations: a}
}

// Register makes an account that is not active and mails a link: user, note and mail are written together or not at
// all. Without a user name it makes one that is random; where addresses are the names, it takes none. It returns, looked
// for in this order, ErrUsernameInvalid, ErrUsernameReserved or ErrEmailInvalid; a *WeakPassword; ErrEmailTaken or
// ErrUsernameTaken, of several callers at once with one name or address to all but one: they wait for each other. It
// calls the hook PostRegistered.
func (e *Enrolments) Register(ctx context.Context, n NewUser, write LinkWriter) (*models.User, error) {
	u, err := e.compose(n)
	if err != nil {
		return nil, err
	}
	if err := e.service.CheckNewPassword(u, n.Password); err != nil {
		return nil, err
	}
	if err := e.taken(ctx, u); err != nil {
		return nil, err
	}
	u.Password, err = e.service.passwords.Encode(ctx, n.Password) // before the transaction: it takes long
	if errors.Is(err, password.ErrTooLong) {
		return nil, &WeakPassword{Faults: []PasswordFault{{Code: PasswordTooLong}}}
	}
	if err != nil {
		return nil, err
	}
	err = e.store.Atomic(ctx, func(ctx context.Context) error { return e.create(ctx, u, write) })
	if err != nil {
		return nil, err
	}
	return u, nil
}

// compose returns the account as it will be stored, but for its password.
func (e *Enrolments) compose(n NewUser) (*models.User, error) {
	username, err := e.username(n)
	if err != nil {
		return nil, err
	}
	if n.Email == "" || utf8.RuneCountInString(n.Email) > emailMaxLength {
		return nil, ErrEmailInvalid
	}
	return &models.User{Username: username, Email: NormalizeEmail(n.Email), DateJoined: e.service.cfg.Now().UTC()}, nil
}

// username returns the name as it will be stored.
func (e *Enrolments) username(n NewUser) (string, error) {
	if e.service.cfg.NamesAreAddresses {
		return NormalizeEmail(n.Email), nil
	}
	if n.Username == "" {
		name := uuid.NewString()
		return name[:min(len(name), e.service.cfg.UsernameMaxLength)], nil
	}
	if !e.cfg.StrictUsernames {
		username := norm.NFKC.String(n.Username)
		if utf8.RuneCountInString(username) > e.service.cfg.UsernameMaxLength {
			return "", ErrUsernameInvalid
		}
		return username, nil
	}
	return e.service.nameOf(UniqueUser{Username: n.Username, Email: n.Email, Strict: true})
}

// create stores u if nobody has its name or address, in the transaction of ctx, and promises the mail.
func (e *Enrolments) create(ctx context.Context, u *models.User, write LinkWriter) error {
	if err := e.store.ReserveUser(ctx, u.Username, strings.ToLower(u.Email)); err != nil {
		return err
	}
	if err := e.taken(ctx, u); err != nil {
		return err
	}
	if err := e.store.CreateUser(ctx, u); err != nil {
		return e.service.takenBy(err)
	}
	if err := e.service.signals.After(ctx, models.EventPostRegistered, u); err != nil {
		return err
	}
	err := e.activations.Send(ctx, u, write)
	if errors.Is(err, ErrMailRefused) {
		return errors.Join(ErrEmailInvalid, err)
	}
	return err
}

// taken returns the fault of an account whose name or address somebody has.
func (e *Enrolments) taken(ctx context.Context, u *models.User) error {
	err := e.identities.taken(ctx, u)
	if err == nil && e.cfg.StrictUsernames {
		var users []models.User
		users, err = e.store.UsersByUsernameFold(ctx, u.Username)
		if err == nil && len(users) > 0 {
			err = ErrUsernameTaken
		}
	}
	if e.service.cfg.NamesAreAddresses && errors.Is(err, ErrUsernameTaken) {
		return ErrEmailTaken
	}
	return err
}
