package auth

import (
	"context"
	"errors"
	"slices"
	"strings"

	"watchword/auth/password"
	"watchword/auth/signing"
	"watchword/models"
)

// resetRules are what Django and django-allauth do in different ways.
type resetRules interface {
	// recipients finds who gets a mail for an address, and where.
	recipients(ctx context.Context, address string) ([]recipient, error)
	// note writes down what is to be known of a user who is mailed.
	note(ctx context.Context, u *models.User) error
	// encodeUID names a user in a link.
	encodeUID(id models.UserID) (string, error)
	// decodeUID reads what encodeUID writes; ok is false for what it cannot have written.
	decodeUID(uid string) (id models.UserID, ok bool)
	// subject is what a token of u is bound to.
	subject(ctx context.Context, u *models.User) (signing.Subject, error)
}

// recipient is a user and the address to write to.
type recipient struct {
	user    *models.User
	address string
}

// rulesOf returns the rules by which links are made.
func rulesOf(cfg ResetConfig, deps ResetDeps) resetRules {
	if cfg.Allauth {
		return allauthResets{cfg, deps.Store}
	}
	return djangoResets{deps.Store}
}

// accepted returns the rules by which links are read, those by which they are made first.
func (r *Resets) accepted() []resetRules {
	switch {
	case !r.cfg.AnyLink:
		return []resetRules{r.rules}
	case r.cfg.Allauth:
		return []resetRules{r.rules, djangoResets{r.deps.Store}}
	default:
		return []resetRules{r.rules, allauthResets{r.cfg, r.deps.Store}}
	}
}

// open finds the user of a link. A uid may name one user by the rules of the one and another by those of the other; the
// token then decides. The same work is done for users who are not there.
func (r *Resets) open(ctx context.Context, link ResetLink) (*models.User, error) {
	refusal := ErrUnknownUID
	for _, rules := range r.accepted() {
		id, ok := rules.decodeUID(link.UID)
		if !ok {
			continue
		}
		u, err := r.deps.Store.UserBy(ctx, models.UserFieldID, string(id))
		switch {
		case errors.Is(err, models.ErrNotFound):
			u = &models.User{ID: id, Password: password.Unusable()}
		case err != nil:
			return nil, err
		default:
			refusal = ErrLinkInvalid
		}
		err = r.check(ctx, u, link.Token)
		if err == nil {
			return u, nil
		}
		if !errors.Is(err, ErrLinkInvalid) {
			return nil, err
		}
	}
	if !r.cfg.TellUIDs {
		refusal = ErrLinkInvalid
	}
	return nil, refusal
}

// subjectOf is what the tokens of Django are bound to.
func subjectOf(u *models.User) signing.Subject {
	return signing.Subject{ID: string(u.ID), Password: u.Password, LastLogin: u.LastLogin, Email: u.Email}
}

// djangoResets are the rules of Django itself.
//
// Source: django.contrib.auth.forms.PasswordResetForm.
type djangoResets struct{ store ResetStore }

// recipients are the active users of the address in auth_user, in any case, who have a password that they can have
// forgotten. They are written to where they said: letters that are equal to a database may be different to a mail server.
func (d djangoResets) recipients(ctx context.Context, address string) ([]recipient, error) {
	users, err := d.store.UsersByEmailFold(ctx, address)
	if err != nil {
		return nil, err
	}
	var list []recipient
	for i := range users {
		u := &users[i]
		if u.IsActive && password.Usable(u.Password) && sameFolded(u.Email, address) {
			list = append(list, recipient{u, u.Email})
		}
	}
	return list, nil
}

func (djangoResets) note(context.Context, *models.User) error { return nil }

func (djangoResets) encodeUID(id models.UserID) (string, error) {
	return signing.EncodeUID64(string(id)), nil
}

func (djangoResets) decodeUID(uid string) (models.UserID, bool) {
	id, err := signing.DecodeUID64(uid)
	return models.UserID(id), err == nil
}

func (djangoResets) subject(_ context.Context, u *models.User) (signing.Subject, error) {
	return subjectOf(u), nil
}

// allauthResets are the rules of django-allauth.
//
// Source: allauth.account.forms.ResetPasswordForm and utils.filter_users_by_email.
type allauthResets struct {
	cfg   ResetConfig
	store ResetStore
}

// recipients are the active users of the address, which are compared in lower case, whether they have proved it, and
// whether they have a password, or not.
func (a allauthResets) recipients(ctx context.Context, address string) ([]recipient, error) {
	stored := strings.ToLower(address)
	users, err := a.store.UsersByEmail(ctx, stored)
	if err != nil {
		return nil, err
	}
	to := stored
	if a.cfg.MailAsGiven && isASCII(address) {
		to = address
	}
	var list []recipient
	for i := range users {
		if users[i].IsActive {
			list = append(list, recipient{&users[i], to})
		}
	}
	return list, nil
}

// note makes the address in auth_user one of the further ones.
//
// Source: allauth.account.utils.sync_user_email_addresses.
func (a allauthResets) note(ctx context.Context, u *models.User) error {
	own := strings.ToLower(u.Email)
	known, err := a.store.EmailAddresses(ctx, u.ID)
	if err != nil || own == "" || slices.Contains(known, own) {
		return err
	}
	return a.store.ClaimEmail(ctx, u.ID, own)
}

func (allauthResets) encodeUID(id models.UserID) (string, error) {
	return signing.EncodeUID36(string(id))
}

func (a allauthResets) decodeUID(uid string) (models.UserID, bool) {
	decode := signing.DecodeUID36
	if a.cfg.LaxUIDs {
		decode = signing.DecodeUID36Lax
	}
	id, err := decode(uid)
	return models.UserID(id), err == nil
}

func (a allauthResets) subject(ctx context.Context, u *models.User) (signing.Subject, error) {
	s := subjectOf(u)
	addresses, err := a.store.EmailAddresses(ctx, u.ID)
	s.Extra = signing.EmailsExtra(u.Email, addresses)
	return s, err
}

// sameFolded compares addresses as Django does before it mails a link.
//
// Source: django.contrib.auth.forms._unicode_ci_compare.
func sameFolded(a, b string) bool {
	return folded(a) == folded(b)
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= 0x80 }) < 0
}
