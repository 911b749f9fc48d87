package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// auditStore is what a store knows about what has happened to accounts.
type auditStore interface {
	AddAuditEntry(ctx context.Context, e *models.AuditEntry) error
	EachAuditEntry(ctx context.Context, q models.AuditQuery, fn func(models.AuditEntry) error) error
	DeleteAuditEntries(ctx context.Context, before time.Time, limit int) (int, error)
}

// auditing runs parts that build on each other.
func auditing(t *testing.T, s Store) {
	entries := addAuditEntries(t, s)
	t.Run("an entry belongs to the transaction it was added in", func(t *testing.T) { undoneAuditEntry(t, s) })
	t.Run("entries are found by user, event and time", func(t *testing.T) { findAuditEntries(t, s, entries) })
	t.Run("a reader can stop", func(t *testing.T) { stopReadingAudit(t, s) })
	t.Run("old entries are deleted in batches, the oldest first", func(t *testing.T) { deleteAuditEntries(t, s, entries) })
}

func addAuditEntries(t *testing.T, s Store) []models.AuditEntry {
	t.Helper()
	entries := []models.AuditEntry{
		{At: moment, Deed: models.Deed{Event: models.AuditLogin, User: "7", Username: "ana", Scheme: "jwt"},
			Client: "10.0.0.9", Request: "req", Route: "/api/token/"},
		{At: moment.Add(time.Minute), Deed: models.Deed{Event: models.AuditLoginRefused}, Client: "2001:db8::/64"},
		{At: moment.Add(time.Hour), Deed: models.Deed{Event: models.AuditLogout, User: "7", Username: "anna"}},
		{At: moment.Add(2 * time.Hour), Deed: models.Deed{Event: models.AuditLogin, User: "8", Username: "ana"}},
	}
	for i := range entries {
		must(t, s.AddAuditEntry(t.Context(), &entries[i]))
	}
	return entries
}

// readAudit returns the entries that q asks for.
func readAudit(t *testing.T, s Store, q models.AuditQuery) []models.AuditEntry {
	t.Helper()
	var read []models.AuditEntry
	must(t, s.EachAuditEntry(t.Context(), q, func(e models.AuditEntry) error {
		e.At = e.At.UTC()
		read = append(read, e)
		return nil
	}))
	return read
}

func undoneAuditEntry(t *testing.T, s Store) {
	before := len(readAudit(t, s, models.AuditQuery{}))
	err := s.Atomic(t.Context(), func(ctx context.Context) error {
		must(t, s.AddAuditEntry(ctx, &models.AuditEntry{At: moment, Deed: models.Deed{Event: models.AuditLogout}}))
		return errRefused
	})
	if after := len(readAudit(t, s, models.AuditQuery{})); !errors.Is(err, errRefused) || after != before {
		t.Errorf("Atomic = %v, and %d entries became %d", err, before, after)
	}
}

func findAuditEntries(t *testing.T, s Store, e []models.AuditEntry) {
	for name, test := range map[string]struct {
		query models.AuditQuery
		want  []models.AuditEntry
	}{
		"all":            {models.AuditQuery{}, e},
		"by id":          {models.AuditQuery{User: "7"}, []models.AuditEntry{e[0], e[2]}},
		"by id and name": {models.AuditQuery{User: "7", Username: "ana"}, []models.AuditEntry{e[0], e[2], e[3]}},
		"by event":       {models.AuditQuery{Events: []models.AuditEvent{models.AuditLogin, models.AuditLogout}}, []models.AuditEntry{e[0], e[2], e[3]}},
		"since":          {models.AuditQuery{Since: moment.Add(time.Hour)}, e[2:]},
		"all at once":    {models.AuditQuery{User: "7", Events: []models.AuditEvent{models.AuditLogout}, Since: moment}, e[2:3]},
		"nobody's":       {models.AuditQuery{User: "9"}, nil},
	} {
		if diff := cmp.Diff(test.want, readAudit(t, s, test.query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func stopReadingAudit(t *testing.T, s Store) {
	calls := 0
	err := s.EachAuditEntry(t.Context(), models.AuditQuery{}, func(models.AuditEntry) error { calls++; return errRefused })
	if !errors.Is(err, errRefused) || calls != 1 {
		t.Errorf("EachAuditEntry = %v after %d calls, want errRefused after one", err, calls)
	}
}

func deleteAuditEntries(t *testing.T, s Store, e []models.AuditEntry) {
	before := moment.Add(time.Hour)
	for _, want := range []int{2, 1, 0} {
		if got, err := s.DeleteAuditEntries(t.Context(), before, 2); err != nil || got != want {
			t.Errorf("DeleteAuditEntries = %d, %v; want %d", got, err, want)
		}
	}
	if diff := cmp.Diff(e[3:], readAudit(t, s, models.AuditQuery{})); diff != "" {
		t.Errorf("what is left (-want +got):\n%s", diff)
	}
}
