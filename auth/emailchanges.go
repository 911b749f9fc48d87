package auth

import (
	"context"
	"errors"
	"time"

	"watchword/auth/signing"
	"watchword/email"
	"watchword/models"
)

// undoEmailPurpose keeps links that give an address back apart from all others.
const undoEmailPurpose = "watchword.auth.email-change"

// EmailChangeStore keeps which primary addresses users had.
type EmailChangeStore interface {
	// Atomic runs fn in a transaction that rides in ctx; nested calls join.
	Atomic(ctx context.Context, fn func(ctx context.Context) error) error
	// UserBy finds the user whose field equals value exactly.
	UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error)
	// NoteEmailChange adds c and sets its ID.
	NoteEmailChange(ctx context.Context, c *models.EmailChange) error
	// EmailChange finds the change of that id made at or after since, or returns models.ErrNotFound.
	EmailChange(ctx context.Context, id int64, since time.Time) (*models.EmailChange, error)
	// TakeEmailChange ends that change and all later ones of its user, and returns it: to one of many callers.
	TakeEmailChange(ctx context.Context, id int64, since time.Time) (*models.EmailChange, error)
	// RestoreEmail makes email the one and primary address of the user, and ends what they are at identity providers.
	RestoreEmail(ctx context.Context, user models.UserID, email string) error
	// UndoDeletionOf takes back that the user is to be deleted, or returns models.ErrNotFound.
	UndoDeletionOf(ctx context.Context, user models.UserID, now time.Time) (*models.PendingDeletion, error)
	// DeleteExpiredEmailChanges deletes up to limit that were made before a time.
	DeleteExpiredEmailChanges(ctx context.Context, made time.Time, limit int) (int, error)
}

// EmailChangeDeps are what changes of addresses work with.
type EmailChangeDeps struct {
	Service   *Service
	Store     EmailChangeStore
	Mailer    Mailer
	Templates Renderer
}

// EmailChanges tells users at their former primary address that they have another one, and gives the account back to who
// says there that it was somebody else. It is safe for concurrent use.
//
// Taking a change back means that somebody else had the account. So it leaves nothing that they may have put there: the
// former address is the only one again, accounts at identity providers are connected no more, all logins end, and so does
// the password.
type EmailChanges struct {
	cfg    AddressConfig
	deps   EmailChangeDeps
	signer *signing.Signer
}

// NewEmailChanges returns changes over deps. cfg must be valid.
func NewEmailChanges(cfg AddressConfig, deps EmailChangeDeps) *EmailChanges {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Keys.Now = cfg.Now
	return &EmailChanges{cfg: cfg, deps: deps, signer: signing.NewSigner(cfg.Keys, undoEmailPurpose)}
}

// tell mails u, who has another address now, at the former one. With undoable there is a link in the mail.
func (e *EmailChanges) tell(ctx context.Context, u *models.User, former string, undoable bool, undo LinkTo) error {
	about := email.PrimaryChanged{Site: undo.site(), Username: u.Username, Old: former, New: u.Email}
	if undoable && e.cfg.UndoTimeout > 0 {
		c := &models.EmailChange{UserID: u.ID, Email: former, MadeAt: e.now()}
		if err := e.deps.Store.NoteEmailChange(ctx, c); err != nil {
			return err
		}
		key, err := e.signer.Dumps(c.ID)
		if err != nil {
			return err
		}
		about.URL = undo(key)
	}
	m, err := e.deps.Templates.Render(about)
	if err != nil {
		return err
	}
	m.To = former
	return tell(ctx, e.deps.Mailer, m)
}

// Open returns the change that a link takes back, or ErrLinkInvalid. It uses nothing up.
func (e *EmailChanges) Open(ctx context.Context, key string) (*models.EmailChange, error) {
	return e.open(ctx, key, e.deps.Store.EmailChange)
}

// Undo takes the change of a link back, and returns the user, who has no password any more. It returns ErrLinkInvalid for
// a link that is forged, too old or used: of many callers with one link one succeeds. It calls the hook EmailChanged.
//
// A deletion that waits is taken back with it: whoever had the account may have asked for that. Whom somebody else has
// disabled meanwhile stays so.
func (e *EmailChanges) Undo(ctx context.Context, key string) (u *models.User, err error) {
	err = e.deps.Store.Atomic(ctx, func(ctx context.Context) error {
		c, err := e.open(ctx, key, e.deps.Store.TakeEmailChange)
		if err != nil {
			return err
		}
		if err := e.deps.Store.RestoreEmail(ctx, c.UserID, c.Email); err != nil {
			return err
		}
		if err := e.deps.Service.shutOut(ctx, c.UserID); err != nil {
			return err
		}
		if _, err := e.deps.Store.UndoDeletionOf(ctx, c.UserID, e.now()); err != nil && !errors.Is(err, models.ErrNotFound) {
			return err
		}
		if u, err = e.deps.Store.UserBy(ctx, models.UserFieldID, string(c.UserID)); err != nil {
			return err
		}
		return e.deps.Service.signals.After(ctx, models.EventEmailChanged, u)
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

// Sweep deletes up to limit changes that cannot be taken back any more by now and returns how many; fewer than limit means
// that none is left.
func (e *EmailChanges) Sweep(ctx context.Context, now time.Time, limit int) (int, error) {
	return e.deps.Store.DeleteExpiredEmailChanges(ctx, now.UTC().Add(-e.cfg.UndoTimeout), limit)
}

// open reads a link and asks find for the change.
func (e *EmailChanges) open(ctx context.Context, key string,
	find func(context.Context, int64, time.Time) (*models.EmailChange, error)) (*models.EmailChange, error) {
	var id int64
	if e.signer.LoadsWithin(key, e.cfg.UndoTimeout, &id) != nil {
		return nil, ErrLinkInvalid
	}
	c, err := find(ctx, id, e.now().Add(-e.cfg.UndoTimeout))
	if errors.Is(err, models.ErrNotFound) {
		return nil, ErrLinkInvalid
	}
	return c, err
}

// now is the time, as exactly as databases keep it.
func (e *EmailChanges) now() time.Time { return e.cfg.Now().UTC().Truncate(time.Microsecond) }
