package auth

import (
	"context"
	"errors"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"watchword/auth/throttle"
	"watchword/models"
)

// AttemptConfig holds how often secrets can be guessed, whichever endpoint is asked and under whatever name. Attempts
// that succeed do not count.
type AttemptConfig struct {
	PerClient           throttle.Rate `setting:"LOGIN_FAILURES_PER_CLIENT" help:"How often one client may fail to log in, to whatever accounts, or to bring a good reset link."`
	PerAccountAndClient throttle.Rate `setting:"LOGIN_FAILURES_PER_ACCOUNT_AND_CLIENT" help:"How often one client may fail to log in to one account."`
	PerAccount          throttle.Rate `setting:"LOGIN_FAILURES_PER_ACCOUNT" help:"How often all clients together may fail to log in to one account. Those that did log in to it before are not refused for that; see KNOWN_CLIENT_AGE."`
	KnownClientAge      time.Duration `setting:"KNOWN_CLIENT_AGE" help:"How long a client that logged in to an account is known there."`
	MailsPerRecipient   throttle.Rate `setting:"RESET_MAILS_PER_RECIPIENT" help:"How many reset links are mailed to one address; for more the answer is the same, and nothing is sent."`
	MailsPerClient      throttle.Rate `setting:"RESET_MAILS_PER_CLIENT" help:"How often one client may ask for reset links."`
	// Now is the clock. nil: time.Now.
	Now func() time.Time
}

// DefaultAttemptConfig lets nobody guess more than a few thousand times a day, and never locks out a client that is
// known.
func DefaultAttemptConfig() AttemptConfig {
	return AttemptConfig{
		PerClient:           throttle.Rate{Limit: 300, Per: 10 * time.Minute},
		PerAccountAndClient: throttle.Rate{Limit: 30, Per: 10 * time.Minute},
		PerAccount:          throttle.Rate{Limit: 100, Per: time.Hour},
		KnownClientAge:      30 * 24 * time.Hour,
		MailsPerRecipient:   throttle.Rate{Limit: 5, Per: time.Hour},
		MailsPerClient:      throttle.Rate{Limit: 60, Per: time.Hour},
	}
}

// ExactAttemptConfig lets everybody try as often as they like, as the original packages do.
func ExactAttemptConfig() AttemptConfig { return AttemptConfig{} }

// Validate returns every fault, each beginning with the setting's name.
func (c AttemptConfig) Validate() error {
	if c.KnownClientAge < 0 {
		return errors.New("KNOWN_CLIENT_AGE: must not be negative")
	}
	return nil
}

// Attempts counts who guesses. Whom a request is from it learns from the context (throttle.WithClient); what comes from
// nobody, such as a command, is not counted. nil counts nothing. It is safe for concurrent use.
type Attempts struct {
	cfg    AttemptConfig
	counts throttle.Store
}

// NewAttempts returns a counter over counts.
func NewAttempts(cfg AttemptConfig, counts throttle.Store) *Attempts {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Attempts{cfg: cfg, counts: counts}
}

// attempt is one try. It counts before it is known whether it succeeds, so that many at once are no more than many after
// each other, and is taken back if it does. nil is one that nobody counts.
type attempt struct {
	*Attempts
	client  string
	at      time.Time
	taken   []string
	account string // the last that was tried
}

// begin counts an attempt of ctx's client. It returns a *throttle.Exceeded when there were too many.
func (a *Attempts) begin(ctx context.Context) (*attempt, error) {
	client := throttle.Client(ctx)
	if a == nil || client == "" {
		return nil, nil
	}
	t := &attempt{Attempts: a, client: client, at: a.cfg.Now().Truncate(time.Microsecond)}
	return t, t.take(ctx, throttle.Key("attempt", "client", client), a.cfg.PerClient)
}

// on counts an attempt on an account. All of an attempt is taken back when there were too many: nothing is tried.
func (t *attempt) on(ctx context.Context, account string) error {
	if t == nil {
		return nil
	}
	t.account = account
	if err := t.take(ctx, throttle.Key("attempt", "both", account, t.client), t.cfg.PerAccountAndClient); err != nil {
		return err
	}
	if t.cfg.PerAccount.None() {
		return nil
	}
	known, err := t.counts.Marked(ctx, t.knownKey(), t.at)
	if err != nil || known {
		return err
	}
	return t.take(ctx, throttle.Key("attempt", "account", account), t.cfg.PerAccount)
}

func (t *attempt) knownKey() string { return throttle.Key("known", t.account, t.client) }

func (t *attempt) take(ctx context.Context, key string, rate throttle.Rate) error {
	if rate.None() {
		return nil
	}
	wait, err := throttle.Take(ctx, t.counts, key, rate, t.at)
	if err != nil {
		return err
	}
	if wait > 0 {
		return errors.Join(&throttle.Exceeded{Wait: wait}, t.takeBack(ctx))
	}
	t.taken = append(t.taken, key)
	return nil
}

// takeBack counts the attempt no more.
func (t *attempt) takeBack(ctx context.Context) error {
	if t == nil {
		return nil
	}
	var faults []error
	for _, key := range t.taken {
		faults = append(faults, t.counts.ReturnHit(ctx, key, t.at))
	}
	t.taken = nil
	return errors.Join(faults...)
}

// succeeded counts the attempt no more, and keeps that the account knows the client.
func (t *attempt) succeeded(ctx context.Context) error {
	if t == nil {
		return nil
	}
	err := t.takeBack(ctx)
	if t.cfg.PerAccount.None() || t.cfg.KnownClientAge == 0 {
		return err
	}
	return errors.Join(err, t.counts.Mark(ctx, t.knownKey(), t.at.Add(t.cfg.KnownClientAge)))
}

// mail counts that ctx's client asks for a mail.
func (a *Attempts) mail(ctx context.Context) error {
	client := throttle.Client(ctx)
	if a == nil || client == "" {
		return nil
	}
	return a.exceeded(ctx, a.cfg.MailsPerClient, "mail", "client", client)
}

// mailTo counts a mail to an address, and reports whether it may be sent.
func (a *Attempts) mailTo(ctx context.Context, address string) (bool, error) {
	if a == nil || throttle.Client(ctx) == "" {
		return true, nil
	}
	err := a.exceeded(ctx, a.cfg.MailsPerRecipient, "mail", "recipient", folded(address))
	var often *throttle.Exceeded
	if errors.As(err, &often) {
		return false, nil
	}
	return err == nil, err
}

// exceededBy counts one use by a user, and returns a *throttle.Exceeded when there were too many.
func (a *Attempts) exceededBy(ctx context.Context, rate UserRate, what string, user models.UserID) error {
	if a == nil {
		return nil
	}
	return a.exceeded(ctx, rate.Rate, what, string(user))
}

// exceeded counts one use of what the parts name, and returns a *throttle.Exceeded when there were too many.
func (a *Attempts) exceeded(ctx context.Context, rate throttle.Rate, parts ...string) error {
	wait, err := throttle.Take(ctx, a.counts, throttle.Key(parts...), rate, a.cfg.Now())
	if err == nil && wait > 0 {
		return &throttle.Exceeded{Wait: wait}
	}
	return err
}

// folded gives all spellings of a name one form.
func folded(name string) string { return cases.Fold().String(norm.NFKC.String(name)) }
