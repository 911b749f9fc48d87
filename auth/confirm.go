package auth

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"watchword/auth/opaque"
	"watchword/email"
	"watchword/models"
)

// ErrLinkInvalid says that a link proves nothing: it is malformed, unknown, used, too old, or was mailed to another
// address than the user has now.
var ErrLinkInvalid = errors.New("invalid link")

// ErrMailRefused says that no mail can be sent to an address.
var ErrMailRefused = errors.New("mail refused")

// ConfirmationStore keeps links that prove addresses, and who has proved theirs.
type ConfirmationStore interface {
	// Atomic runs fn in a transaction that rides in ctx; nested calls join.
	Atomic(ctx context.Context, fn func(ctx context.Context) error) error
	// CreateConfirmationToken adds t.
	CreateConfirmationToken(ctx context.Context, t models.ConfirmationToken) error
	// UseConfirmationToken ends the token with one of digests and its user's others, and returns it to one of many
	// callers. models.ErrNotFound for no such token, one made before since, or one for another address.
	UseConfirmationToken(ctx context.Context, digests []models.Digest, since time.Time) (*models.ConfirmationToken, error)
	// SetConfirmed sets the field of the user if email still is their address, and else returns models.ErrNotFound.
	SetConfirmed(ctx context.Context, field models.ConfirmationField, user models.UserID, email string, at time.Time) error
	// UnconfirmedUsers finds up to limit users with ids above after who have not proved their address.
	UnconfirmedUsers(ctx context.Context, field models.ConfirmationField, after models.UserID, limit int) ([]models.User, error)
	// DeleteExpiredConfirmationTokens deletes up to limit tokens made before a time.
	DeleteExpiredConfirmationTokens(ctx context.Context, made time.Time, limit int) (int, error)
}

// UserFinder finds accounts.
type UserFinder interface {
	// UserBy finds the user whose field equals value exactly; models.ErrNotFound for nobody.
	UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error)
}

// ConfirmationDeps are what confirmations work with.
type ConfirmationDeps struct {
	Store     ConfirmationStore
	Users     UserFinder
	Signals   *Signals // tells hooks and webhooks; nil: nobody is told
	Mailer    Mailer
	Templates Renderer // for the mail that the settings do not word
}

// Confirmations mails links that prove addresses, and takes them. A link's token has nothing to do with login tokens: it
// is kept in a table of its own and opens nothing. It is safe for concurrent use.
//
// Source: rest_authtoken.email_confirmation and views.confirm_email.
type Confirmations struct {
	cfg     ConfirmationConfig
	deps    ConfirmationDeps
	codec   *opaque.Codec
	message format
}

// NewConfirmations returns confirmations over deps, or the faults of cfg.
func NewConfirmations(cfg ConfirmationConfig, deps ConfirmationDeps) (*Confirmations, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	codec, err := opaque.NewCodec(cfg.Digests, "")
	if err != nil {
		return nil, err
	}
	message, err := parseFormat(cfg.Mail.Message, "username", "url")
	if err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Confirmations{cfg: cfg, deps: deps, codec: codec, message: message}, nil
}

// Field is what a confirmation sets.
func (c *Confirmations) Field() models.ConfirmationField {
	return models.ConfirmationField(c.cfg.Field)
}

// Send mails u a link. Token and mail are written together, in the transaction of ctx if there is one. It returns
// ErrMailRefused when u's address cannot be written to.
func (c *Confirmations) Send(ctx context.Context, u *models.User) error {
	text, digest := c.codec.New()
	m, err := c.compose(u, c.link(text))
	if err != nil {
		return err
	}
	return c.deps.Store.Atomic(ctx, func(ctx context.Context) error {
		t := models.ConfirmationToken{Digest: digest, Created: c.now(), Email: u.Email, UserID: u.ID}
		if err := c.deps.Store.CreateConfirmationToken(ctx, t); err != nil {
			return err
		}
		return send(ctx, c.deps.Mailer, m)
	})
}

// Confirm takes the token of a link and notes that its user has proved their address, or returns ErrLinkInvalid. Of many
// callers with one token one succeeds. It calls the hooks PreActivated, which may refuse with ErrRefused and leaves the
// link good, and PostActivated.
func (c *Confirmations) Confirm(ctx context.Context, token string) error {
	digests := c.codec.Digests(token)
	if digests == nil {
		return ErrLinkInvalid
	}
	now := c.now()
	err := c.deps.Store.Atomic(ctx, func(ctx context.Context) error {
		t, err := c.deps.Store.UseConfirmationToken(ctx, digests, c.oldest(now))
		if err != nil {
			return err
		}
		return c.activate(ctx, t, now)
	})
	if errors.Is(err, models.ErrNotFound) {
		return ErrLinkInvalid
	}
	return err
}

// activate notes that the user of t has proved their address, and tells of it, in the transaction of ctx.
func (c *Confirmations) activate(ctx context.Context, t *models.ConfirmationToken, now time.Time) error {
	u, err := c.deps.Users.UserBy(ctx, models.UserFieldID, string(t.UserID))
	if err != nil {
		return err
	}
	if err := c.deps.Signals.Before(ctx, models.EventPreActivated, u); err != nil {
		return err
	}
	if err := c.deps.Store.SetConfirmed(ctx, c.Field(), t.UserID, t.Email, now); err != nil {
		return err
	}
	u.IsActive = u.IsActive || c.Field() == models.ConfirmsActive
	return c.deps.Signals.After(ctx, models.EventPostActivated, u)
}

// Unconfirmed finds up to limit users with ids above after who have an address and have not proved it, ordered by id.
// Where confirming makes active, disabled users who have ever logged in are not among them.
func (c *Confirmations) Unconfirmed(ctx context.Context, after models.UserID, limit int) ([]models.User, error) {
	return c.deps.Store.UnconfirmedUsers(ctx, c.Field(), after, limit)
}

// Sweep deletes up to limit tokens that have expired by now and returns how many; fewer than limit means that none is
// left.
func (c *Confirmations) Sweep(ctx context.Context, now time.Time, limit int) (int, error) {
	if c.cfg.Validity == 0 {
		return 0, nil
	}
	return c.deps.Store.DeleteExpiredConfirmationTokens(ctx, c.oldest(now.UTC().Truncate(time.Microsecond)), limit)
}

// now is the time, as exactly as databases keep it.
func (c *Confirmations) now() time.Time { return c.cfg.Now().UTC().Truncate(time.Microsecond) }

// oldest is when the oldest token was made that is good at now.
func (c *Confirmations) oldest(now time.Time) time.Time {
	if c.cfg.Validity == 0 {
		return time.Time{}
	}
	return now.Add(-c.cfg.Validity)
}

// link is the address that confirms by being opened.
func (c *Confirmations) link(token string) string {
	return strings.TrimRight(c.cfg.Mail.BaseURL, "/") + c.cfg.Path + token + "/"
}

// compose writes the mail to u: in the words of the settings, and of the templates where these have none.
func (c *Confirmations) compose(u *models.User, link string) (email.Message, error) {
	m := email.Message{Text: c.message.fill(map[string]string{"username": u.Username, "url": link})}
	if c.cfg.Mail.Message == "" || c.cfg.Mail.Subject == "" || c.cfg.Mail.From == "" {
		rendered, err := c.deps.Templates.Render(email.ConfirmRegistration{Site: c.site(), Username: u.Username, URL: link})
		if err != nil {
			return email.Message{}, err
		}
		if c.cfg.Mail.Message != "" {
			rendered.Text, rendered.HTML = m.Text, ""
		}
		m = rendered
	}
	m.From, m.Subject, m.To = cmp.Or(c.cfg.Mail.From, m.From), cmp.Or(c.cfg.Mail.Subject, m.Subject), u.Email
	m.ID = "" // the mailer makes one that goes with From
	return m, nil
}

// site is what the mail calls this server.
func (c *Confirmations) site() string {
	base, err := url.Parse(c.cfg.Mail.BaseURL)
	if err != nil {
		return c.cfg.Mail.BaseURL
	}
	return base.Host
}
