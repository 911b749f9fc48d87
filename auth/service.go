// Package auth is the core that all dialects share: it decides who somebody is, and what becomes of an account. It
// knows no HTTP framework and no words for the wire; it answers with users, grants and sentinel errors.
package auth

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"watchword/models"
)

var (
	// ErrInvalidCredentials says that name and password do not open an account. It does not say which of the two was
	// wrong, nor whether the account is disabled.
	ErrInvalidCredentials = errors.New("invalid credentials")
	// ErrUsernameInvalid says that a user name is empty, too long or has characters that user names may not have.
	ErrUsernameInvalid = errors.New("invalid username")
	// ErrUsernameTaken says that somebody else has the user name.
	ErrUsernameTaken = errors.New("username taken")
	// ErrPasswordChanged says that the password was changed by somebody else while it was being changed here.
	ErrPasswordChanged = errors.New("password changed meanwhile")
)

// Users keeps accounts. Lookups return models.ErrNotFound for nobody.
type Users interface {
	// Atomic runs fn in a transaction that rides in ctx; nested calls join.
	Atomic(ctx context.Context, fn func(ctx context.Context) error) error
	// UserBy finds the user whose field equals value exactly.
	UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error)
	// UsersByUsernameFold finds the users whose name differs from username in case at most; none is no error.
	UsersByUsernameFold(ctx context.Context, username string) ([]models.User, error)
	// CreateUser adds u and sets u.ID; models.ErrConflict when the name is taken.
	CreateUser(ctx context.Context, u *models.User) error
	// SwapPassword replaces the encoded password old by new, and says whether it still was old.
	SwapPassword(ctx context.Context, id models.UserID, old, new string) (bool, error)
	// SetLastLogin records when the user last logged in.
	SetLastLogin(ctx context.Context, id models.UserID, at time.Time) error
}

// Passwords encodes and checks passwords. Every method may return an error with a method RetryAfter when too many
// others are being worked on.
type Passwords interface {
	// Encode returns the encoded form under the preferred hasher.
	Encode(ctx context.Context, password string) (string, error)
	// Check says whether password is the one that encoded was made from, and whether encoded should be made anew.
	Check(ctx context.Context, password, encoded string) (ok, rehash bool, err error)
	// Dummy spends as much work as Check, for an account that is not there.
	Dummy(ctx context.Context, password string) error
}

// Config holds the settings of the core.
type Config struct {
	// Backends say what a name given at login may mean, in the order in which they are asked.
	Backends []Backend `setting:"AUTHENTICATION_BACKENDS" help:"Who a name at login may mean: model (the exact user name) and allauth (the user name in any case)."`
	// Now is the clock. nil: time.Now.
	Now func() time.Time
}

// DefaultConfig asks for the exact name first and then for the name in another case.
func DefaultConfig() Config {
	return Config{Backends: []Backend{ModelBackend, AllauthBackend}, Now: time.Now}
}

// Service is the core. It is safe for concurrent use.
type Service struct {
	cfg       Config
	users     Users
	passwords Passwords
	log       *slog.Logger
	recording bool
}

// New returns a core over users and passwords. log hears of what went wrong without hurting the caller.
func New(cfg Config, users Users, passwords Passwords, log *slog.Logger) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg: cfg, users: users, passwords: passwords, log: log}
}

// Recording returns a core like s whose Login also sets the user's last_login.
//
// Source: simplejwt's UPDATE_LAST_LOGIN; django.contrib.auth.login does it always, dj-rest-auth's tokens never do.
func (s *Service) Recording() *Service {
	recording := *s
	recording.recording = true
	return &recording
}
