package metrics_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"watchword/auth/origin"
	"watchword/metrics"
	"watchword/models"
)

// commits is a transaction that is committed when it is told to be.
type commits struct{ after []func() }

func (c *commits) AfterCommit(_ context.Context, fn func()) { c.after = append(c.after, fn) }

func TestLoginsAreCountedWhenTheyAreCommitted(t *testing.T) {
	m, running := metrics.New(), new(commits)
	accounts := metrics.NewAccounts(m, running)
	ctx := origin.With(t.Context(), origin.Origin{Client: "10.0.0.9", Request: "secret", Route: "/login/"})
	for _, d := range []models.Deed{
		{Event: models.AuditLogin, User: "1", Username: "ana", Scheme: "jwt"}, {Event: models.AuditLoginRefused},
		{Event: models.AuditThrottled}, {Event: models.AuditTokenReused, User: "1", Scheme: "jwt"},
	} {
		if err := accounts.Record(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	if got := told(m); got != "" {
		t.Errorf("before the commit it tells %s", got)
	}
	for _, fn := range running.after {
		fn()
	}
	got := told(m)
	for _, want := range []string{
		`watchword_logins_total{route="/login/",scheme="jwt",result="ok"} 1`,
		`watchword_logins_total{route="/login/",scheme="",result="refused"} 1`,
		`watchword_logins_total{route="/login/",scheme="",result="throttled"} 1`,
		`watchword_account_events_total{event="token_reused"} 1`,
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	for _, private := range []string{"ana", "10.0.0.9", "secret"} {
		if strings.Contains(got, private) {
			t.Errorf("%q is told:\n%s", private, got)
		}
	}
}

func TestQueuesAreMeasuredWhenAsked(t *testing.T) {
	now := time.Date(2026, time.March, 4, 5, 6, 7, 0, time.UTC)
	m := metrics.New()
	waiting, broken := 2, error(nil)
	m.Queues(func() time.Time { return now }, metrics.Queue{Name: "mail",
		Backlog: func(context.Context) (int, time.Time, error) { return waiting, now.Add(-90 * time.Second), broken }})
	for _, step := range []struct {
		waiting int
		err     error
		want    []string
	}{
		{2, nil, []string{"watchword_mail_queue_messages 2", "watchword_mail_queue_oldest_seconds 90", "watchword_database_up 1"}},
		{0, nil, []string{"watchword_mail_queue_messages 0", "watchword_mail_queue_oldest_seconds 0"}},
		{0, errors.New("away"), []string{"watchword_database_up 0"}},
	} {
		waiting, broken = step.waiting, step.err
		got := told(m)
		for _, want := range step.want {
			if !strings.Contains(got, want+"\n") {
				t.Errorf("%q is not in\n%s", want, got)
			}
		}
	}
}
