package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"watchword/auth/signing"
	"watchword/email"
	"watchword/models"
)

// AddressStore keeps the addresses that users claim.
type AddressStore interface {
	// Atomic runs fn in a transaction that rides in ctx; nested calls join.
	Atomic(ctx context.Context, fn func(ctx context.Context) error) error
	// UserBy finds the user whose field equals value exactly.
	UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error)
	// CreateEmailAddress adds a and sets its ID.
	CreateEmailAddress(ctx context.Context, a *models.EmailAddress) error
	// EmailAddress finds the address with that id, or returns models.ErrNotFound.
	EmailAddress(ctx context.Context, id int64) (*models.EmailAddress, error)
	// FirstEmailAddress finds the oldest claim of email, which is compared exactly, or returns models.ErrNotFound.
	FirstEmailAddress(ctx context.Context, email string) (*models.EmailAddress, error)
	// VerifyEmailAddress notes that the address is proved, to one of many callers. It returns models.ErrNotFound when it
	// is gone or was proved before, and models.ErrConflict when somebody else has proved it.
	VerifyEmailAddress(ctx context.Context, id int64) error
}

// Leases say who may do what only one may do for a while.
type Leases interface {
	// AcquireLease gives holder the lease of that name until a time, unless somebody else has it now.
	AcquireLease(ctx context.Context, name, holder string, now, until time.Time) (bool, error)
}

// VerificationDeps are what verifications work with.
type VerificationDeps struct {
	Store     AddressStore
	Keys      AddressKeyStore // for keys that are not signed
	Leases    Leases
	Mailer    Mailer
	Templates Renderer
	Signals   *Signals // nil: nobody is told
}

// LinkTo returns the address that a mail shows for a key.
type LinkTo func(key string) string

// site is what a mail calls the server that its link leads to.
func (link LinkTo) site() string { return hostOf(link("")) }

// Verifications mails links that prove addresses, and takes them. It is safe for concurrent use.
//
// A link stands for a claim, a row of account_emailaddress, whose address never changes here. Whoever gives another
// address makes another claim, so that an old link proves nothing about it.
//
// Source: allauth.account.models, and dj_rest_auth.registration.views.VerifyEmailView and ResendEmailVerificationView.
type Verifications struct {
	cfg  VerificationConfig
	deps VerificationDeps
	keys addressKeys
}

// NewVerifications returns verifications over deps. cfg must be valid.
func NewVerifications(cfg VerificationConfig, deps VerificationDeps) *Verifications {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Keys.Now = cfg.Now
	v := &Verifications{cfg: cfg, deps: deps}
	v.keys = storedKeys{store: deps.Keys, validity: cfg.validity(), now: v.now}
	if cfg.HMAC {
		v.keys = signedKeys{signer: signing.NewSigner(cfg.Keys, cfg.Salt), validity: cfg.validity()}
	}
	return v
}

// Welcome mails u, who has just registered, a link that proves a, which is theirs, unless the address had such a mail
// only just now. Key and mail are written together, in the transaction of ctx if there is one. It returns ErrMailRefused
// when the address cannot be written to.
func (v *Verifications) Welcome(ctx context.Context, u *models.User, a *models.EmailAddress, link LinkTo) error {
	return v.deps.Store.Atomic(ctx, func(ctx context.Context) error {
		if ok, err := v.mayWrite(ctx, "signup", a.Email); !ok {
			return err
		}
		return v.send(ctx, u, a, link)
	})
}

// WelcomeBack mails the owner of an address that somebody has just registered with it. It is bounded as Welcome is.
func (v *Verifications) WelcomeBack(ctx context.Context, owner *models.User, address string, link LinkTo) error {
	return v.deps.Store.Atomic(ctx, func(ctx context.Context) error {
		if ok, err := v.mayWrite(ctx, "signup", address); !ok {
			return err
		}
		return v.mail(ctx, address, email.AlreadyRegistered{Site: link.site(), Username: owner.Username, Address: address})
	})
}

// Warn mails the owner of an address that another user says it is theirs. It is bounded as Welcome is.
func (v *Verifications) Warn(ctx context.Context, owner *models.User, address string, link LinkTo) error {
	return v.deps.Store.Atomic(ctx, func(ctx context.Context) error {
		if ok, err := v.mayWrite(ctx, "signup", address); !ok {
			return err
		}
		return v.mail(ctx, address, email.AddressClaimed{Site: link.site(), Username: owner.Username, Address: address})
	})
}

// Resend mails the link once more for the oldest claim of an address, which is compared exactly, if that is not proved.
// The caller must answer alike in any case: an error is never about the address.
func (v *Verifications) Resend(ctx context.Context, address string, link LinkTo) error {
	return v.deps.Store.Atomic(ctx, func(ctx context.Context) error {
		if ok, err := v.mayWrite(ctx, "resend", address); !ok { // whoever has it: strangers must not tell by the time
			return err
		}
		a, err := v.deps.Store.FirstEmailAddress(ctx, address)
		if err != nil || a.Verified {
			return ignoreNotFound(err)
		}
		u, err := v.deps.Store.UserBy(ctx, models.UserFieldID, string(a.UserID))
		if err != nil {
			return ignoreNotFound(err)
		}
		if err := v.send(ctx, u, a, link); !errors.Is(err, ErrMailRefused) {
			return err
		}
		return nil
	})
}

// Open returns the address that a key would prove, or ErrLinkInvalid. It uses nothing up.
func (v *Verifications) Open(ctx context.Context, key string) (*models.EmailAddress, error) {
	id, err := v.keys.find(ctx, key)
	if err != nil {
		return nil, err
	}
	a, err := v.deps.Store.EmailAddress(ctx, id)
	if errors.Is(err, models.ErrNotFound) || err == nil && a.Verified {
		return nil, ErrLinkInvalid
	}
	return a, err
}

// Confirm takes a key and notes that its user has proved the address. It returns ErrLinkInvalid for a key that is forged,
// too old or used: of many callers with one key one succeeds; and ErrEmailTaken when somebody else has proved the address.
// It calls the hooks PreActivated, which may refuse with ErrRefused and leaves the key good, and PostActivated.
func (v *Verifications) Confirm(ctx context.Context, key string) error {
	return v.deps.Store.Atomic(ctx, func(ctx context.Context) error {
		a, err := v.Open(ctx, key)
		if err != nil {
			return err
		}
		u, err := v.deps.Store.UserBy(ctx, models.UserFieldID, string(a.UserID))
		if err != nil {
			return err
		}
		if err := v.deps.Signals.Before(ctx, models.EventPreActivated, u); err != nil {
			return err
		}
		if err := v.verify(ctx, a); err != nil {
			return err
		}
		return v.deps.Signals.After(ctx, models.EventPostActivated, u)
	})
}

// verify notes that a was proved. The store decides who of many is the first.
func (v *Verifications) verify(ctx context.Context, a *models.EmailAddress) error {
	err := v.deps.Store.VerifyEmailAddress(ctx, a.ID)
	switch {
	case errors.Is(err, models.ErrNotFound):
		return ErrLinkInvalid
	case errors.Is(err, models.ErrConflict):
		return ErrEmailTaken
	}
	return err
}

// Sweep deletes up to limit stored keys that have expired by now and returns how many; fewer than limit means that none
// is left.
func (v *Verifications) Sweep(ctx context.Context, now time.Time, limit int) (int, error) {
	return v.deps.Keys.DeleteExpiredEmailConfirmations(ctx, now.UTC().Add(-v.cfg.validity()), limit)
}

// send makes a key and promises the mail with it.
func (v *Verifications) send(ctx context.Context, u *models.User, a *models.EmailAddress, link LinkTo) error {
	key, err := v.keys.issue(ctx, a)
	if err != nil {
		return err
	}
	return v.mail(ctx, a.Email, email.VerifyAddress{Site: link.site(), Username: u.Username, URL: link(key)})
}

// mail promises a mail to address.
func (v *Verifications) mail(ctx context.Context, address string, about email.Mail) error {
	m, err := v.deps.Templates.Render(about)
	if err != nil {
		return err
	}
	m.To = address
	return send(ctx, v.deps.Mailer, m)
}

// mayWrite says whether the address may get a mail of that kind now, and notes that it does. Of many callers one may.
func (v *Verifications) mayWrite(ctx context.Context, kind, address string) (bool, error) {
	every := v.cfg.Rates.ConfirmEmail.Every
	if every == 0 {
		return true, nil
	}
	digest := sha256.Sum256([]byte(kind + " " + address))
	now := v.now()
	return v.deps.Leases.AcquireLease(ctx, "mail "+hex.EncodeToString(digest[:]), rand.Text(), now, now.Add(every))
}

// now is the time, as exactly as databases keep it.
func (v *Verifications) now() time.Time { return v.cfg.Now().UTC().Truncate(time.Microsecond) }
