// Package audit keeps what happens to accounts in a table: who, what, from where, in which request, when. An entry is
// written in the very transaction that it tells about, so that neither is there without the other; what is no change, such
// as a refused login, is written at once.
//
// Nothing secret is kept. Of a login with a name that means nobody the name is not kept either: people type passwords
// there.
package audit

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"watchword/auth/origin"
	"watchword/models"
)

// throttledPerMinute is how many refusals of the kind "too often" one process keeps. They cost whoever causes them
// nothing, and the first ones say it all; metrics count them all.
const throttledPerMinute = 60

// The lengths of columns, in characters. Who a client is may be any text where every proxy is believed.
const (
	maxClient = 64
	maxRoute  = 200
	maxName   = 254 // an address, where users have no other name
)

// Config holds the settings of the audit log.
type Config struct {
	Enabled   bool          `setting:"AUDIT_LOG" help:"Keep logins, refused logins, logouts, changes of passwords and accounts in a table, to be read by the command auditlog. Reading, renewing and checking are not kept. See docs/operations.md."`
	Retention time.Duration `setting:"AUDIT_RETENTION" help:"How long the entries of the audit log are kept, which have addresses of clients. 0: for ever."`

	Now func() time.Time // nil: time.Now
}

// DefaultConfig keeps everything for 90 days.
func DefaultConfig() Config {
	return Config{Enabled: true, Retention: 90 * 24 * time.Hour, Now: time.Now}
}

// Validate returns every fault, each beginning with the setting's name.
func (c Config) Validate() error {
	if c.Retention < 0 || c.Retention > 0 && c.Retention < time.Hour {
		return errors.New("AUDIT_RETENTION: must be an hour or more, or 0")
	}
	return nil
}

// Store keeps entries.
type Store interface {
	// AddAuditEntry stores e in the transaction of ctx and sets its ID.
	AddAuditEntry(ctx context.Context, e *models.AuditEntry) error
	// DeleteAuditEntries deletes up to limit entries that were made by before, and says how many.
	DeleteAuditEntries(ctx context.Context, before time.Time, limit int) (int, error)
}

// Log is the audit log. It is safe for concurrent use.
type Log struct {
	cfg       Config
	store     Store
	throttled *bound
}

// New returns a log over store. cfg must be valid.
func New(cfg Config, store Store) *Log {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Log{cfg: cfg, store: store, throttled: &bound{limit: throttledPerMinute}}
}

// Record keeps d in the transaction of ctx, or at once if there is none. Where it comes from is the origin in ctx. Errors
// are the store's.
func (l *Log) Record(ctx context.Context, d models.Deed) error {
	now := l.cfg.Now().UTC().Truncate(time.Microsecond)
	if !l.cfg.Enabled || d.Event == models.AuditThrottled && !l.throttled.allows(now) {
		return nil
	}
	from := origin.Of(ctx)
	d.Username = shortened(d.Username, maxName)
	return l.store.AddAuditEntry(ctx, &models.AuditEntry{
		At: now, Deed: d, Client: shortened(from.Client, maxClient), Request: from.Request,
		Route: shortened(from.Route, maxRoute),
	})
}

// Sweep deletes up to limit entries that are older than AUDIT_RETENTION at now, and says how many; fewer than limit means
// that none is left.
func (l *Log) Sweep(ctx context.Context, now time.Time, limit int) (int, error) {
	if l.cfg.Retention == 0 {
		return 0, nil
	}
	return l.store.DeleteAuditEntries(ctx, now.UTC().Add(-l.cfg.Retention), limit)
}

// shortened is the first characters of text, as far as a database takes them.
func shortened(text string, most int) string {
	kept := make([]rune, 0, most)
	for _, r := range text {
		if len(kept) == most {
			break
		}
		if r == 0 {
			r = utf8.RuneError
		}
		kept = append(kept, r)
	}
	return string(kept)
}
