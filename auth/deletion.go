package auth

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"watchword/auth/password"
	"watchword/auth/signing"
	"watchword/email"
	"watchword/models"
)

// undoDeletionPurpose keeps links that keep an account apart from all others.
const undoDeletionPurpose = "watchword.auth.deletion"

// DeletionConfig says how users delete their accounts.
type DeletionConfig struct {
	// GracePeriod is how long an account is disabled before it is deleted. 0: it is deleted at once.
	GracePeriod time.Duration `setting:"ACCOUNT_DELETION_GRACE_PERIOD" help:"How long an account whose owner has deleted it is disabled before it is gone, and can be had back by the link in a mail. 0: it is gone at once."`

	// Keys sign links.
	Keys signing.Config
	// Now is the clock. nil: time.Now.
	Now func() time.Time
}

// DefaultDeletionConfig gives two weeks to think.
func DefaultDeletionConfig() DeletionConfig {
	return DeletionConfig{GracePeriod: 14 * 24 * time.Hour, Keys: signing.DefaultConfig(), Now: time.Now}
}

// Validate returns every fault, each beginning with the setting's name.
func (c DeletionConfig) Validate() error {
	if c.GracePeriod < 0 || c.GracePeriod > maxExpireDays*24*time.Hour {
		return errors.New("ACCOUNT_DELETION_GRACE_PERIOD: must be from 0 to 100000 days")
	}
	return nil
}

// DeletionStore keeps who is to be deleted, and deletes users.
type DeletionStore interface {
	Users
	// ScheduleDeletion disables an active user and notes that they are to be deleted; models.ErrNotFound for others.
	ScheduleDeletion(ctx context.Context, d *models.PendingDeletion) error
	// PendingDeletion finds the wish of that id that can be taken back now, or returns models.ErrNotFound.
	PendingDeletion(ctx context.Context, id int64, now time.Time) (*models.PendingDeletion, error)
	// UndoDeletion ends that wish and enables the user: for one of many callers.
	UndoDeletion(ctx context.Context, id int64, now time.Time) (*models.PendingDeletion, error)
	// DueDeletions returns up to limit wishes that are due.
	DueDeletions(ctx context.Context, now time.Time, limit int) ([]models.PendingDeletion, error)
	// TakeDeletion ends a wish, for one of many callers.
	TakeDeletion(ctx context.Context, id int64) error
	// DeleteUser deletes a user and all that belongs to them; models.ErrNotFound where others point to the user.
	DeleteUser(ctx context.Context, user models.UserID) error
	// AnonymizeUser deletes all that belongs to a user, and leaves a row of that name that says nothing of them.
	AnonymizeUser(ctx context.Context, user models.UserID, name, password string) error
}

// DeletionDeps are what deletions work with.
type DeletionDeps struct {
	Service   *Service
	Store     DeletionStore
	Mailer    Mailer
	Templates Renderer
	Log       *slog.Logger
}

// Deletions lets users delete their accounts. For a while the account is disabled and can be had back; that is kept apart
// from accounts that somebody else has disabled, which nobody gets back here. It is safe for concurrent use.
//
// Where tables of a project that we do not know point to the user, the account is not deleted but emptied: what belongs to
// it goes, and what is left says nothing of anybody.
type Deletions struct {
	cfg    DeletionConfig
	deps   DeletionDeps
	signer *signing.Signer
}

// NewDeletions returns deletions over deps. cfg must be valid.
func NewDeletions(cfg DeletionConfig, deps DeletionDeps) *Deletions {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Keys.Now = cfg.Now
	return &Deletions{cfg: cfg, deps: deps, signer: signing.NewSigner(cfg.Keys, undoDeletionPurpose)}
}

// Request deletes u, who has just been proved, at once or after the grace period. Until then u is disabled, has no logins
// and no password, and gets a mail with a link, which undo makes, that takes it back. It returns when the account is gone,
// and models.ErrNotFound if it is gone or disabled already: of several requests at once one is first. It calls the hook
// DeletionRequested, or Deleted.
func (d *Deletions) Request(ctx context.Context, u *models.User, undo LinkTo) (time.Time, error) {
	now := d.now()
	if d.cfg.GracePeriod == 0 {
		return now, d.remove(ctx, u, func(context.Context) error { return nil })
	}
	wish := &models.PendingDeletion{UserID: u.ID, Due: now.Add(d.cfg.GracePeriod)}
	err := d.deps.Store.Atomic(ctx, func(ctx context.Context) error {
		if err := d.deps.Store.ScheduleDeletion(ctx, wish); err != nil {
			return err
		}
		if err := d.deps.Service.shutOut(ctx, u.ID); err != nil {
			return err
		}
		if err := d.tell(ctx, u, wish, undo); err != nil {
			return err
		}
		disabled := *u
		disabled.IsActive = false
		return d.deps.Service.signals.After(ctx, models.EventDeletionRequested, &disabled)
	})
	return wish.Due, err
}

// tell mails u the link that takes the wish back. Who has no address is told by the answer only.
func (d *Deletions) tell(ctx context.Context, u *models.User, wish *models.PendingDeletion, undo LinkTo) error {
	if u.Email == "" {
		return nil
	}
	key, err := d.signer.Dumps(wish.ID)
	if err != nil {
		return err
	}
	m, err := d.deps.Templates.Render(email.DeletionScheduled{Site: undo.site(), Username: u.Username,
		Until: wish.Due.Format(time.DateOnly), URL: undo(key)})
	if err != nil {
		return err
	}
	m.To = u.Email
	return tell(ctx, d.deps.Mailer, m)
}

// Open returns the wish that a link takes back, or ErrLinkInvalid. It uses nothing up.
func (d *Deletions) Open(ctx context.Context, key string) (*models.PendingDeletion, error) {
	return d.open(ctx, key, d.deps.Store.PendingDeletion)
}

// Undo takes the wish of a link back, and returns the user, who is enabled and has no password. It returns ErrLinkInvalid
// for a link that is forged, too late or used, or whose user somebody has disabled meanwhile: of many callers with one
// link one succeeds. It calls the hooks PreActivated, which may refuse with ErrRefused, and PostActivated.
func (d *Deletions) Undo(ctx context.Context, key string) (u *models.User, err error) {
	err = d.deps.Store.Atomic(ctx, func(ctx context.Context) error {
		wish, err := d.open(ctx, key, d.deps.Store.UndoDeletion)
		if err != nil {
			return err
		}
		if u, err = d.deps.Store.UserBy(ctx, models.UserFieldID, string(wish.UserID)); err != nil {
			return err
		}
		if err := d.deps.Service.signals.Before(ctx, models.EventPreActivated, u); err != nil {
			return err
		}
		return d.deps.Service.signals.After(ctx, models.EventPostActivated, u)
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

func (d *Deletions) open(ctx context.Context, key string,
	find func(context.Context, int64, time.Time) (*models.PendingDeletion, error)) (*models.PendingDeletion, error) {
	var id int64
	if d.signer.Loads(key, &id) != nil {
		return nil, ErrLinkInvalid
	}
	wish, err := find(ctx, id, d.now())
	if errors.Is(err, models.ErrNotFound) {
		return nil, ErrLinkInvalid
	}
	return wish, err
}

// Sweep deletes up to limit accounts whose time is over by now, and returns how many; fewer than limit means that none is
// left. One that cannot be deleted is logged, and tried again the next time.
func (d *Deletions) Sweep(ctx context.Context, now time.Time, limit int) (int, error) {
	due, err := d.deps.Store.DueDeletions(ctx, now.UTC(), limit)
	if err != nil {
		return 0, err
	}
	done := 0
	for _, wish := range due {
		if err := d.carryOut(ctx, wish); err != nil {
			d.deps.Log.LogAttrs(ctx, slog.LevelError, "an account was not deleted", slog.String("user", string(wish.UserID)),
				slog.Any("error", err))
			continue
		}
		done++
	}
	return done, nil
}

// carryOut deletes the user of a wish, unless somebody has enabled them meanwhile.
func (d *Deletions) carryOut(ctx context.Context, wish models.PendingDeletion) error {
	take := func(ctx context.Context) error { return d.deps.Store.TakeDeletion(ctx, wish.ID) }
	u, err := d.deps.Store.UserBy(ctx, models.UserFieldID, string(wish.UserID))
	switch {
	case errors.Is(err, models.ErrNotFound):
		return nil
	case err != nil:
		return err
	case u.IsActive:
		return ignoreNotFound(take(ctx))
	}
	return d.remove(ctx, u, take)
}

// remove calls first and deletes u, or empties the account where others point to it, in one transaction.
func (d *Deletions) remove(ctx context.Context, u *models.User, first func(ctx context.Context) error) error {
	attempt := func(end func(ctx context.Context) error) error {
		return d.deps.Store.Atomic(ctx, func(ctx context.Context) error {
			if err := first(ctx); err != nil {
				return err
			}
			if err := d.deps.Service.revokeLogins(ctx, u.ID); err != nil {
				return err
			}
			if err := end(ctx); err != nil {
				return err
			}
			return d.deps.Service.signals.After(ctx, models.EventDeleted, u)
		})
	}
	err := attempt(func(ctx context.Context) error { return d.deps.Store.DeleteUser(ctx, u.ID) })
	if !errors.Is(err, models.ErrNotFound) {
		return err
	}
	return ignoreNotFound(attempt(func(ctx context.Context) error {
		name := "deleted-" + randomText(lowerAlphanumeric, 20)
		name = name[max(0, len(name)-d.deps.Service.cfg.UsernameMaxLength):]
		return d.deps.Store.AnonymizeUser(ctx, u.ID, name, password.Unusable())
	}))
}

// now is the time, as exactly as databases keep it.
func (d *Deletions) now() time.Time { return d.cfg.Now().UTC().Truncate(time.Microsecond) }
