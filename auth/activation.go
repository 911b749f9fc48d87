package auth

import (
	"context"
	"errors"
	"strconv"
	"time"

	"watchword/auth/signing"
	"watchword/email"
	"watchword/models"
)

// activationPurpose keeps activation links apart from reset links.
const activationPurpose = "watchword.auth.activation"

// ActivationConfig says what links in mails do to accounts that are not active.
type ActivationConfig struct {
	// SeparateLinks gives activation links a purpose of their own, and one use.
	SeparateLinks bool `setting:"SEPARATE_LINKS" help:"Activation links prove an address once, and do nothing else. Without, they are Django's password reset links: they work until the next login, and each kind does what the other does."`
	// Reenable lets links make active whom somebody disabled.
	Reenable bool `setting:"LINKS_REENABLE" help:"Let activation and reset links make any user active, also one whom an administrator has disabled. Without, only those who registered and have not proved their address yet."`

	// Now is the clock. nil: time.Now.
	Now func() time.Time
}

// DefaultActivationConfig makes active only who waits for it, once.
func DefaultActivationConfig() ActivationConfig { return ActivationConfig{SeparateLinks: true} }

// ExactActivationConfig does as django-ai-kit-auth.
func ExactActivationConfig() ActivationConfig { return ActivationConfig{Reenable: true} }

// ActivationStore keeps who has yet to prove their address.
type ActivationStore interface {
	// Atomic runs fn in a transaction that rides in ctx; nested calls join.
	Atomic(ctx context.Context, fn func(ctx context.Context) error) error
	// UserBy finds the user whose field equals value exactly.
	UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error)
	// AwaitActivation notes that a user has yet to prove their address, unless it is noted.
	AwaitActivation(ctx context.Context, p models.PendingActivation) error
	// PendingActivation returns since when a user waits, or models.ErrNotFound.
	PendingActivation(ctx context.Context, user models.UserID) (*models.PendingActivation, error)
	// Activate makes a user active who waits, and says to one of many callers that they did.
	Activate(ctx context.Context, user models.UserID) (waited bool, err error)
	// SetActive enables a user or disables them, and ends any waiting.
	SetActive(ctx context.Context, user models.UserID, active bool) error
}

// ActivationDeps are what activations work with.
type ActivationDeps struct {
	Store   ActivationStore
	Tokens  *signing.ResetTokens
	Mailer  Mailer
	Signals *Signals // tells hooks and webhooks; nil: nobody is told
}

// Activations mails links that prove addresses and make accounts active, and takes them. Who waits for that is noted
// apart from is_active: a user who is not active and does not wait was disabled by somebody, and stays so.
//
// It is safe for concurrent use.
//
// Source: ai_kit_auth.services and views.ActivateUser, over a user model that knows no such difference.
type Activations struct {
	cfg    ActivationConfig
	deps   ActivationDeps
	tokens ResetTokens
}

// NewActivations returns activations over deps.
func NewActivations(cfg ActivationConfig, deps ActivationDeps) *Activations {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	a := &Activations{cfg: cfg, deps: deps, tokens: deps.Tokens}
	if cfg.SeparateLinks {
		a.tokens = deps.Tokens.For(activationPurpose)
	}
	return a
}

// LinkWriter writes the mail to u with a link that holds token.
type LinkWriter func(u *models.User, token string) (email.Message, error)

// Send notes that u, who is not active, waits for being so, and mails a link. Both happen in the transaction of ctx, if
// there is one, or in one of their own. It returns ErrMailRefused when u's address cannot be written to.
func (a *Activations) Send(ctx context.Context, u *models.User, write LinkWriter) error {
	return a.deps.Store.Atomic(ctx, func(ctx context.Context) error {
		since := a.cfg.Now().UTC().Truncate(time.Microsecond)
		if err := a.deps.Store.AwaitActivation(ctx, models.PendingActivation{UserID: u.ID, Since: since}); err != nil {
			return err
		}
		pending, err := a.deps.Store.PendingActivation(ctx, u.ID)
		if err != nil {
			return err
		}
		return a.mail(ctx, u, pending, write)
	})
}

// ErrNotWaiting says that a user is not active and does not wait for being so: somebody disabled them.
var ErrNotWaiting = errors.New("not waiting for an activation")

// Resend mails another link to u, who is not active. It makes nobody wait: of users who do not it returns ErrNotWaiting,
// unless links make anybody active. It returns ErrMailRefused as Send does.
func (a *Activations) Resend(ctx context.Context, u *models.User, write LinkWriter) error {
	if a.cfg.Reenable {
		return a.Send(ctx, u, write)
	}
	pending, err := a.deps.Store.PendingActivation(ctx, u.ID)
	if errors.Is(err, models.ErrNotFound) {
		return ErrNotWaiting
	}
	if err != nil {
		return err
	}
	return a.mail(ctx, u, pending, write)
}

// mail promises the mail with the link to u.
func (a *Activations) mail(ctx context.Context, u *models.User, pending *models.PendingActivation, write LinkWriter) error {
	m, err := write(u, a.tokens.Make(a.subject(u, pending)))
	if err != nil {
		return err
	}
	m.To = u.Email
	return send(ctx, a.deps.Mailer, m)
}

// Activate takes the token of a link that was mailed to the user and makes them active. It returns ErrLinkInvalid for a
// link that proves nothing; with SeparateLinks also for one that was used: of several uses at once one succeeds. It calls
// the hooks PreActivated, which may refuse with ErrRefused, and PostActivated.
func (a *Activations) Activate(ctx context.Context, id models.UserID, token string) error {
	return a.deps.Store.Atomic(ctx, func(ctx context.Context) error {
		u, pending, err := a.find(ctx, id)
		if err != nil {
			return err
		}
		if a.tokens.Check(a.subject(u, pending), token) != nil {
			return ErrLinkInvalid
		}
		if err := a.deps.Signals.Before(ctx, models.EventPreActivated, u); err != nil {
			return err
		}
		done, err := a.enable(ctx, u)
		if err == nil && !done {
			err = ErrLinkInvalid
		}
		if err != nil {
			return err
		}
		u.IsActive = true
		return a.deps.Signals.After(ctx, models.EventPostActivated, u)
	})
}

// find returns the user and since when they wait; nil when they do not. With SeparateLinks those have no links.
func (a *Activations) find(ctx context.Context, id models.UserID) (*models.User, *models.PendingActivation, error) {
	u, err := a.deps.Store.UserBy(ctx, models.UserFieldID, string(id))
	if errors.Is(err, models.ErrNotFound) {
		return nil, nil, ErrLinkInvalid
	}
	if err != nil || !a.cfg.SeparateLinks {
		return u, nil, err
	}
	pending, err := a.deps.Store.PendingActivation(ctx, id)
	if errors.Is(err, models.ErrNotFound) {
		return nil, nil, ErrLinkInvalid
	}
	return u, pending, err
}

// subject is what the tokens of u's links are bound to: with SeparateLinks also to this one time of waiting.
func (a *Activations) subject(u *models.User, pending *models.PendingActivation) signing.Subject {
	s := signing.Subject{ID: string(u.ID), Password: u.Password, LastLogin: u.LastLogin, Email: u.Email}
	if a.cfg.SeparateLinks {
		s.Extra = strconv.FormatInt(pending.Since.UnixMicro(), 10)
	}
	return s
}

// Enableable reports whether a link may be mailed to u, and used by them: they are active, wait for being so, or links
// make anybody active.
func (a *Activations) Enableable(ctx context.Context, u *models.User) (bool, error) {
	if u.IsActive || a.cfg.Reenable {
		return true, nil
	}
	_, err := a.deps.Store.PendingActivation(ctx, u.ID)
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Prove makes u active, who has followed a link that proves the address by the way. It does nothing to a user who is
// active, or disabled.
func (a *Activations) Prove(ctx context.Context, u *models.User) error {
	_, err := a.enable(ctx, u)
	return err
}

// enable makes u active if that is allowed, and says whether they are.
func (a *Activations) enable(ctx context.Context, u *models.User) (bool, error) {
	waited, err := a.deps.Store.Activate(ctx, u.ID)
	if err != nil || waited {
		return waited, err
	}
	if !u.IsActive && a.cfg.Reenable {
		return true, a.deps.Store.SetActive(ctx, u.ID, true)
	}
	return u.IsActive, nil
}
