package metrics

import (
	"context"
	"fmt"

	"watchword/auth/origin"
	"watchword/models"
)

// Commits knows transactions.
type Commits interface {
	// AfterCommit calls fn when the transaction of ctx was committed, or at once if there is none.
	AfterCommit(ctx context.Context, fn func())
}

// Accounts counts what happens to accounts: logins by endpoint, scheme and result, and everything else by its name.
type Accounts struct {
	metrics *Metrics
	commits Commits
}

// NewAccounts returns an Accounts that counts in m.
func NewAccounts(m *Metrics, commits Commits) *Accounts { return &Accounts{m, commits} }

// Record counts d when the transaction of ctx is committed. Its error is nil.
func (a *Accounts) Record(ctx context.Context, d models.Deed) error {
	name := nameOf(d, origin.Of(ctx).Route)
	a.commits.AfterCommit(ctx, func() { a.metrics.Counter(name).Inc() })
	return nil
}

// nameOf is the counter that d belongs to.
func nameOf(d models.Deed, route string) string {
	var result string
	switch d.Event {
	case models.AuditLogin:
		result = "ok"
	case models.AuditLoginRefused:
		result = "refused"
	case models.AuditThrottled:
		result = "throttled"
	default:
		return fmt.Sprintf("watchword_account_events_total{event=%q}", d.Event)
	}
	return fmt.Sprintf("watchword_logins_total{route=%q,scheme=%q,result=%q}", route, d.Scheme, result)
}
