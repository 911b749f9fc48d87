// Package auth is the core that all dialects share: it decides who somebody is, and what becomes of an account. It
// knows no HTTP framework and no words for the wire; it answers with users, grants and sentinel errors.
package auth

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"watchword/auth/password"
	"watchword/models"
	"watchword/schemes"
)

var (
	// ErrInvalidCredentials says that name and password do not open an account. It does not say which of the two was
	// wrong, nor whether the account is disabled.
	ErrInvalidCredentials = errors.New("invalid credentials")
	// ErrUsernameInvalid says that a user name is empty, too long or has characters that user names may not have.
	ErrUsernameInvalid = errors.New("invalid username")
	// ErrUsernameReserved says that nobody may have the user name.
	ErrUsernameReserved = errors.New("username reserved")
	// ErrUsernameTaken says that somebody else has the user name.
	ErrUsernameTaken = errors.New("username taken")
	// ErrPasswordChanged says that the password was changed by somebody else while it was being changed here.
	ErrPasswordChanged = errors.New("password changed meanwhile")
	// ErrEmailNotVerified says that the user has to prove their address first.
	ErrEmailNotVerified = errors.New("email not verified")
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

// Profiles keeps what users say about themselves.
type Profiles interface {
	// UpdateProfile changes the given fields and returns the user as stored; models.ErrConflict when somebody else has
	// the name in any case, models.ErrNotFound for nobody.
	UpdateProfile(ctx context.Context, id models.UserID, p models.Profile) (*models.User, error)
}

// Emails keeps the addresses that users claim, written in lower case. No method returns models.ErrNotFound.
type Emails interface {
	// UsersByVerifiedEmail finds the users who have proved that email is theirs.
	UsersByVerifiedEmail(ctx context.Context, email string) ([]models.User, error)
	// UsersByEmail finds the users who claim email, proved or not.
	UsersByEmail(ctx context.Context, email string) ([]models.User, error)
	// UsersByEmailFold finds the users whose address in auth_user equals email but for case.
	UsersByEmailFold(ctx context.Context, email string) ([]models.User, error)
	// EmailVerified reports whether the user has proved that email is theirs.
	EmailVerified(ctx context.Context, user models.UserID, email string) (bool, error)
}

// Store keeps all that belongs to accounts.
type Store interface {
	Users
	Profiles
	Emails
	Reservations
	Switch
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
	Backends []Backend `setting:"AUTHENTICATION_BACKENDS" help:"Who a name at login may mean: model (the exact user name) and allauth (as ACCOUNT_AUTHENTICATION_METHOD says)."`
	// Method is what the allauth backend looks for.
	Method Method `setting:"ACCOUNT_AUTHENTICATION_METHOD" help:"What people log in with: username (in any case), email or username_email."`
	// EmailVerification says whether users must prove that their address is theirs.
	EmailVerification EmailVerification `setting:"ACCOUNT_EMAIL_VERIFICATION" help:"Whether e-mail addresses are verified: mandatory (before the first login), optional or none."`
	// UsernameBlacklist are names, in any case, that nobody may take.
	UsernameBlacklist []string `setting:"ACCOUNT_USERNAME_BLACKLIST" help:"User names, in any case, that nobody may take."`
	// EndLogins ends what a password was lost or feared for: all other logins.
	EndLogins bool `setting:"PASSWORD_CHANGE_ENDS_LOGINS" help:"A new password ends all tokens of its user; the login that changed it goes on. Sessions end in any case."`
	// PreserveUsernameCasing keeps new names as they were given. Without it they are stored in small letters, and looked
	// for in them.
	PreserveUsernameCasing bool `setting:"ACCOUNT_PRESERVE_USERNAME_CASING" help:"Store new user names as they were given. Off: in small letters."`
	// NamesAreAddresses says that users have no name but the address that they log in with.
	NamesAreAddresses bool
	// UsernameMaxLength is how many code points a user name may have. 0: models.UsernameMaxLength.
	UsernameMaxLength int
	// Now is the clock. nil: time.Now.
	Now func() time.Time
}

// DefaultConfig asks for the exact name first and then for the name in another case.
func DefaultConfig() Config {
	return Config{
		Backends:          []Backend{ModelBackend, AllauthBackend},
		Method:            ByUsername,
		EmailVerification: VerificationOptional,
		EndLogins:         true,

		PreserveUsernameCasing: true,

		Now: time.Now,
	}
}

// ForUsers returns c for users of that model.
func (c Config) ForUsers(users models.UserModel) Config {
	c.NamesAreAddresses, c.UsernameMaxLength = users.ByEmail(), users.UsernameMaxLength()
	return c
}

// ExactConfig returns the originals' defaults, by which tokens outlive a change of the password.
func ExactConfig() Config {
	c := DefaultConfig()
	c.EndLogins = false
	return c
}

// Deps are what the core works with.
type Deps struct {
	Store      Store
	Passwords  Passwords
	Validators password.Validators // judge new passwords; none: every password will do
	Logins     []Logins            // are ended with the password; sessions, which are bound to it, need not be among them
	Attempts   *Attempts           // counts who guesses passwords; nil: nobody does
	Signals    *Signals            // tells hooks and webhooks; nil: nobody is told
	Log        *slog.Logger        // hears of what went wrong without hurting the caller
}

// Logins are the credentials of a scheme that outlive a change of the password unless they are ended.
type Logins interface {
	schemes.AllRevoker
	schemes.OthersRevoker
}

// Service is the core. It is safe for concurrent use.
type Service struct {
	cfg        Config
	store      Store
	passwords  Passwords
	validators password.Validators
	logins     []Logins
	signals    *Signals
	attempts   *Attempts
	log        *slog.Logger
	find       []finder
	recording  bool
}

// New returns a core over deps.
func New(cfg Config, deps Deps) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.NamesAreAddresses {
		cfg.Method = ByEmail
	}
	cfg.UsernameMaxLength = cmp.Or(cfg.UsernameMaxLength, models.UsernameMaxLength)
	s := &Service{
		cfg: cfg, store: deps.Store, passwords: deps.Passwords, validators: deps.Validators, logins: deps.Logins,
		signals: deps.Signals, attempts: deps.Attempts, log: deps.Log,
	}
	s.find = s.finders()
	return s
}

// Signals tells hooks and webhooks of what is done to accounts outside of the Service; never to be called for what the
// Service does itself.
func (s *Service) Signals() *Signals { return s.signals }

// Method is what people log in with.
func (s *Service) Method() Method { return s.cfg.Method }

// Recording returns a core like s whose Login also sets the user's last_login.
//
// Source: simplejwt's UPDATE_LAST_LOGIN; django.contrib.auth.login does it always, dj-rest-auth's tokens never do.
func (s *Service) Recording() *Service {
	recording := *s
	recording.recording = true
	return &recording
}
