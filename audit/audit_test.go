package audit_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/audit"
	"watchword/auth/origin"
	"watchword/models"
)

var moment = time.Date(2026, time.March, 4, 5, 6, 7, 0, time.UTC)

// table is where the entries of a test go.
type table struct {
	entries []models.AuditEntry
	before  time.Time // of the last deletion
}

func (s *table) AddAuditEntry(_ context.Context, e *models.AuditEntry) error {
	s.entries = append(s.entries, *e)
	return nil
}

func (s *table) DeleteAuditEntries(_ context.Context, before time.Time, _ int) (int, error) {
	s.before = before
	return 0, nil
}

// at returns the default settings with a clock of the test's.
func at(now *time.Time) audit.Config {
	cfg := audit.DefaultConfig()
	cfg.Now = func() time.Time { return *now }
	return cfg
}

func record(ctx context.Context, t *testing.T, l *audit.Log, d models.Deed) {
	t.Helper()
	if err := l.Record(ctx, d); err != nil {
		t.Fatal(err)
	}
}

func TestAnEntrySaysWhoWhatWhenAndFromWhere(t *testing.T) {
	rows, now := &table{}, moment
	ctx := origin.With(t.Context(), origin.Origin{Client: "10.0.0.9", Request: "abc", Route: "/api/token/"})
	deed := models.Deed{Event: models.AuditLogin, User: "7", Username: "ana", Scheme: "jwt"}
	record(ctx, t, audit.New(at(&now), rows), deed)
	want := []models.AuditEntry{{At: moment, Deed: deed, Client: "10.0.0.9", Request: "abc", Route: "/api/token/"}}
	if diff := cmp.Diff(want, rows.entries); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatIsTooLongOrNoTextIsCut(t *testing.T) {
	rows, now := &table{}, moment
	ctx := origin.With(t.Context(), origin.Origin{Client: "\x00\xff" + strings.Repeat("ä", 100)})
	record(ctx, t, audit.New(at(&now), rows), models.Deed{Event: models.AuditLogout})
	if got, want := rows.entries[0].Client, "\ufffd\ufffd"+strings.Repeat("ä", 62); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNothingIsKeptWhenItIsOff(t *testing.T) {
	rows, now := &table{}, moment
	cfg := at(&now)
	cfg.Enabled = false
	record(t.Context(), t, audit.New(cfg, rows), models.Deed{Event: models.AuditLogin})
	if len(rows.entries) != 0 {
		t.Errorf("got %+v", rows.entries)
	}
}

func TestThrottledAttemptsDoNotFillTheTable(t *testing.T) {
	rows, now := &table{}, moment
	l := audit.New(at(&now), rows)
	for range 1000 {
		record(t.Context(), t, l, models.Deed{Event: models.AuditThrottled})
	}
	record(t.Context(), t, l, models.Deed{Event: models.AuditLoginRefused})
	now = now.Add(time.Minute)
	record(t.Context(), t, l, models.Deed{Event: models.AuditThrottled})
	if got := len(rows.entries); got != 62 {
		t.Errorf("%d entries, want 60 in the first minute, one of another kind and one in the next minute", got)
	}
}

func TestOldEntriesAreSweptUnlessTheyAreKeptForEver(t *testing.T) {
	rows, now := &table{}, moment
	cfg := at(&now)
	for _, retention := range []time.Duration{0, time.Hour} {
		cfg.Retention = retention
		if _, err := audit.New(cfg, rows).Sweep(t.Context(), moment, 10); err != nil {
			t.Fatal(err)
		}
		if swept := !rows.before.IsZero(); swept != (retention > 0) || swept && !rows.before.Equal(moment.Add(-time.Hour)) {
			t.Errorf("with a retention of %v what is older than %v is deleted", retention, rows.before)
		}
	}
}

func TestConfigFaults(t *testing.T) {
	for retention, fault := range map[time.Duration]bool{0: false, time.Hour: false, time.Minute: true, -time.Hour: true} {
		if err := (audit.Config{Retention: retention}).Validate(); (err != nil) != fault {
			t.Errorf("AUDIT_RETENTION %v: %v, want a fault: %v", retention, err, fault)
		}
	}
}
