package auth

import (
	"context"
	"errors"

	"watchword/email"
	"watchword/models"
)

// Recoveries lets people who forgot their password set another by a mailed link, which also proves the address of those
// who have yet to. Disabled users get no link, and have no use of an old one, unless ActivationConfig.Reenable says
// otherwise. It is safe for concurrent use.
//
// Source: ai_kit_auth.views.InitiatePasswordResetView and ResetPassword, which make everybody active.
type Recoveries struct {
	resets      *Resets
	activations *Activations
}

// NewRecoveries returns recoveries by resets, which must be by Django's rules.
func NewRecoveries(resets *Resets, activations *Activations) *Recoveries {
	return &Recoveries{resets: resets, activations: activations}
}

// Request mails u a link, if they may have one, and else does what takes as long. The caller must answer alike in any
// case.
func (r *Recoveries) Request(ctx context.Context, u *models.User, write LinkWriter) error {
	may, err := r.activations.Enableable(ctx, u)
	if err != nil {
		return err
	}
	if !may {
		return r.Pretend(ctx, write)
	}
	return r.resets.Send(ctx, u, letterOf(write))
}

// Pretend does the work of Request, and mails nothing. It is for callers who have found nobody to mail a link to.
func (r *Recoveries) Pretend(ctx context.Context, write LinkWriter) error {
	return r.resets.Pretend(ctx, letterOf(write))
}

// letterOf returns a Letter whose link says no more than the token: write knows how to say whom it is for.
func letterOf(write LinkWriter) Letter {
	return func(u *models.User, link ResetLink) (email.Message, error) { return write(u, link.Token) }
}

// Open returns the user to whom a link with that token was mailed, or ErrLinkInvalid. It uses nothing up.
func (r *Recoveries) Open(ctx context.Context, id models.UserID, token string) (*models.User, error) {
	u, err := r.activations.deps.Store.UserBy(ctx, models.UserFieldID, string(id))
	if errors.Is(err, models.ErrNotFound) {
		return nil, ErrLinkInvalid
	}
	if err != nil {
		return nil, err
	}
	if err := r.resets.CheckToken(ctx, u, token); err != nil {
		return nil, err
	}
	may, err := r.activations.Enableable(ctx, u)
	if err == nil && !may {
		err = ErrLinkInvalid
	}
	return u, err
}

// Reset gives u, whom Open has found, a new password, and makes them active if they waited for that. Its errors are those
// of Resets.Reset.
func (r *Recoveries) Reset(ctx context.Context, u *models.User, token, text string) error {
	return r.resets.ResetAnd(ctx, u, token, text, func(ctx context.Context) error { return r.activations.Prove(ctx, u) })
}
