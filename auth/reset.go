package auth

import (
	"context"
	"errors"
	"fmt"

	"watchword/auth/password"
	"watchword/auth/signing"
	"watchword/email"
	"watchword/models"
)

// ErrUnknownUID says that the first part of a reset link names nobody. It is told only where Config.TellUIDs says so;
// else such a link is ErrLinkInvalid like all others.
var ErrUnknownUID = errors.New("unknown uid")

// ResetStore keeps what reset links depend on.
type ResetStore interface {
	Users
	ResetEmails
}

// ResetEmails finds the users of addresses, and the addresses of users.
type ResetEmails interface {
	// UsersByEmail finds the users who claim email, which is compared exactly, in auth_user or as a further address.
	UsersByEmail(ctx context.Context, email string) ([]models.User, error)
	// UsersByEmailFold finds the users whose address in auth_user equals email but for case.
	UsersByEmailFold(ctx context.Context, email string) ([]models.User, error)
	// EmailAddresses returns the further addresses of a user, as they are written.
	EmailAddresses(ctx context.Context, user models.UserID) ([]string, error)
	// ClaimEmail makes email one of the user's further addresses, not proved, unless it is one.
	ClaimEmail(ctx context.Context, user models.UserID, email string) error
}

// ResetTokens makes and checks the tokens of links; *signing.ResetTokens does.
type ResetTokens interface {
	// Make returns a token for s.
	Make(s signing.Subject) string
	// Check returns nil for a token that was made for s and is not too old.
	Check(s signing.Subject, token string) error
}

// ResetDeps are what resets work with.
type ResetDeps struct {
	Accounts *Service
	Store    ResetStore
	Tokens   ResetTokens
	Mailer   ResetMailer
}

// ResetMailer is a Mailer that can also do its work for nothing.
type ResetMailer interface {
	Mailer
	// Pretend takes as long as Enqueue, and sends nothing. It must be called in a transaction.
	Pretend(ctx context.Context, m email.Message) error
}

// ResetLink is what a link says: whose password may be set, and the proof that the link was mailed to them.
type ResetLink struct{ UID, Token string }

// Letter writes the mail with a link to u. Who gets it is not its concern.
type Letter func(u *models.User, link ResetLink) (email.Message, error)

// Resets mails links to people who forgot their password, and takes the links. Nothing is stored: a token is bound to
// the user's password, last login and addresses, and dies as soon as one of them changes.
//
// It is safe for concurrent use.
//
// Source: django.contrib.auth.forms.PasswordResetForm and tokens.PasswordResetTokenGenerator, and what django-allauth
// has instead of them: allauth.account.forms.ResetPasswordForm and EmailAwarePasswordResetTokenGenerator.
type Resets struct {
	cfg   ResetConfig
	deps  ResetDeps
	rules resetRules
}

// NewResets returns resets over deps.
func NewResets(cfg ResetConfig, deps ResetDeps) *Resets {
	return &Resets{cfg: cfg, deps: deps, rules: rulesOf(cfg, deps)}
}

// Request mails a link to every account that somebody who forgot their password may mean by address, and to none if it
// means nobody, which takes as long. The caller must answer alike in any case: an error is never about the address. It
// returns a *throttle.Exceeded when the client has asked too often.
func (r *Resets) Request(ctx context.Context, address string, write Letter) error {
	if err := r.deps.Accounts.attempts.mail(ctx); err != nil {
		r.deps.Accounts.recordRefusal(ctx, nil, err)
		return err
	}
	recipients, err := r.rules.recipients(ctx, address)
	if err != nil {
		return err
	}
	if len(recipients) == 0 {
		return r.Pretend(ctx, write)
	}
	return r.deps.Store.Atomic(ctx, func(ctx context.Context) error {
		for _, one := range recipients {
			if err := r.send(ctx, one, write); err != nil {
				return err
			}
		}
		return nil
	})
}

// Pretend does the work of mailing somebody a link, and mails nothing.
func (r *Resets) Pretend(ctx context.Context, write Letter) error {
	nobody := &models.User{ID: "0", Username: "nobody", Password: password.Unusable()}
	return r.deps.Store.Atomic(ctx, func(ctx context.Context) error {
		if err := r.rules.note(ctx, nobody); err != nil {
			return err
		}
		m, err := r.compose(ctx, recipient{nobody, "nobody@example.com"}, write)
		if err != nil {
			return err
		}
		return r.deps.Mailer.Pretend(ctx, m)
	})
}

// compose writes the mail with a link.
func (r *Resets) compose(ctx context.Context, to recipient, write Letter) (email.Message, error) {
	link, err := r.Link(ctx, to.user)
	if err != nil {
		return email.Message{}, err
	}
	m, err := write(to.user, link)
	m.To = to.address
	return m, err
}

// Send mails u a link, to the address in auth_user; to nobody, which takes as long, if there is none. It is for callers
// who find u by rules of their own.
func (r *Resets) Send(ctx context.Context, u *models.User, write Letter) error {
	if u.Email == "" {
		return r.Pretend(ctx, write)
	}
	return r.deps.Store.Atomic(ctx, func(ctx context.Context) error {
		return r.send(ctx, recipient{user: u, address: u.Email}, write)
	})
}

// send promises the mail with the link, and calls the hooks PreForgotPassword and PostForgotPassword. A user whom a hook
// refuses is passed over, and so is an address that cannot be written to: the answer must not tell.
func (r *Resets) send(ctx context.Context, to recipient, write Letter) error {
	if allowed, err := r.deps.Accounts.attempts.mailTo(ctx, to.address); err != nil || !allowed {
		return err
	}
	err := r.deps.Accounts.signals.Before(ctx, models.EventPreForgotPassword, to.user)
	if errors.Is(err, ErrRefused) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := r.rules.note(ctx, to.user); err != nil {
		return err
	}
	m, err := r.compose(ctx, to, write)
	if err != nil {
		return err
	}
	err = send(ctx, r.deps.Mailer, m)
	if errors.Is(err, ErrMailRefused) {
		return nil
	}
	if err != nil {
		return err
	}
	return r.deps.Accounts.signals.After(ctx, models.EventPostForgotPassword, to.user)
}

// Link returns a link that lets its bearer set the password of u from now on, until PASSWORD_RESET_TIMEOUT is over, a
// link was used, or u logs in with a session.
func (r *Resets) Link(ctx context.Context, u *models.User) (ResetLink, error) {
	uid, err := r.rules.encodeUID(u.ID)
	if err != nil {
		return ResetLink{}, err
	}
	s, err := r.rules.subject(ctx, u)
	if err != nil {
		return ResetLink{}, err
	}
	return ResetLink{UID: uid, Token: r.deps.Tokens.Make(s)}, nil
}

// Open returns the user whose link it is, active or not. It returns ErrLinkInvalid for any other link, or ErrUnknownUID
// where that may be told, and a *throttle.Exceeded when the client has guessed too often. It uses nothing up.
func (r *Resets) Open(ctx context.Context, link ResetLink) (u *models.User, err error) {
	err = r.guarded(ctx, func() error {
		u, err = r.open(ctx, link)
		return err
	})
	return u, err
}

// CheckToken says whether token is the second part of a link of u's, and else returns ErrLinkInvalid. It is for callers
// who name users in links in a way of their own.
func (r *Resets) CheckToken(ctx context.Context, u *models.User, token string) error {
	return r.guarded(ctx, func() error { return r.check(ctx, u, token) })
}

// guarded calls check, unless ctx's client has been refused too often.
func (r *Resets) guarded(ctx context.Context, check func() error) error {
	accounts := r.deps.Accounts
	attempt, err := accounts.attempts.begin(ctx)
	if err != nil {
		accounts.recordRefusal(ctx, nil, err)
		return err
	}
	err = check()
	if !errors.Is(err, ErrLinkInvalid) && !errors.Is(err, ErrUnknownUID) {
		accounts.noteAttempt(ctx, attempt.takeBack(ctx))
	}
	return err
}

// check is CheckToken, whoever asks.
func (r *Resets) check(ctx context.Context, u *models.User, token string) error {
	for _, rules := range r.accepted() {
		s, err := rules.subject(ctx, u)
		if err != nil {
			return err
		}
		if r.deps.Tokens.Check(s, token) == nil {
			return nil
		}
	}
	return ErrLinkInvalid
}

// Reset gives u, whom Open or the caller found, a new password, and ends all of u's logins where
// PASSWORD_CHANGE_ENDS_LOGINS says so. It returns a *WeakPassword, which leaves the token good, for a password that the
// validators do not agree to, and ErrLinkInvalid for a token that is no good, any more: of several uses of u's links at
// once one wins, and a login or another change that comes in between beats them all. Whether u is active does not change.
// It calls the hooks PreResetPassword, which may refuse with ErrRefused, and PostResetPassword.
func (r *Resets) Reset(ctx context.Context, u *models.User, token, text string) error {
	return r.ResetAnd(ctx, u, token, text, func(context.Context) error { return nil })
}

// ResetAnd is Reset, and calls then last thing in its transaction, which is undone if that fails.
func (r *Resets) ResetAnd(ctx context.Context, u *models.User, token, text string, then func(ctx context.Context) error) error {
	if err := r.check(ctx, u, token); err != nil {
		return err
	}
	accounts := r.deps.Accounts
	if err := accounts.signals.Before(ctx, models.EventPreResetPassword, u); err != nil {
		return err
	}
	if faults := accounts.validators.Validate(text, attributesOf(u)); len(faults) > 0 {
		return &WeakPassword{Faults: faults}
	}
	before := u.Password
	err := accounts.replacePassword(ctx, u, text, func(ctx context.Context) error {
		if err := r.recheck(ctx, u.ID, before, token); err != nil {
			return err
		}
		if err := accounts.endLogins(ctx, u.ID); err != nil {
			return err
		}
		if err := then(ctx); err != nil {
			return err
		}
		return accounts.signals.After(ctx, models.EventPostResetPassword, u)
	})
	switch {
	case errors.Is(err, password.ErrTooLong):
		return &WeakPassword{Faults: []PasswordFault{{Code: PasswordTooLong}}}
	case errors.Is(err, ErrPasswordChanged):
		return fmt.Errorf("%w: %w", ErrLinkInvalid, err)
	}
	return err
}

// recheck checks the token against the user as they are in the transaction of ctx, which has changed the password and so
// holds off all who would change anything else.
func (r *Resets) recheck(ctx context.Context, id models.UserID, before, token string) error {
	u, err := r.deps.Store.UserBy(ctx, models.UserFieldID, string(id))
	if errors.Is(err, models.ErrNotFound) {
		return ErrLinkInvalid
	}
	if err != nil {
		return err
	}
	u.Password = before
	return r.check(ctx, u, token)
}
