// Package storetest is what every store of models must do, as tests. A store runs the whole of it with
//
//	storetest.Run(t, func(t *testing.T) storetest.Store { … })
//
// where the function opens a fresh, migrated, empty store and closes it when the test ends.
package storetest

import (
	"context"
	"testing"
	"time"

	"watchword/models"
)

// Store is everything that packages ask of a store, each through a smaller interface of its own.
type Store interface {
	Atomic(ctx context.Context, fn func(ctx context.Context) error) error

	UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error)
	UsersByUsernameFold(ctx context.Context, username string) ([]models.User, error)
	CreateUser(ctx context.Context, u *models.User) error
	SwapPassword(ctx context.Context, id models.UserID, old, new string) (bool, error)
	SetLastLogin(ctx context.Context, id models.UserID, at time.Time) error

	profileStore
	emailStore
	addressStore
	reservationStore
	outboxStore
	webhookStore

	RecordOutstanding(ctx context.Context, t *models.OutstandingToken) error
	Blacklist(ctx context.Context, t *models.OutstandingToken, at time.Time) (first bool, err error)
	Blacklisted(ctx context.Context, jti string) (bool, error)
	BlacklistAll(ctx context.Context, user models.UserID, at time.Time, spared ...time.Time) error
	DeleteExpiredTokens(ctx context.Context, now time.Time, limit int) (int, error)

	refreshFamilyStore
	loginTokenStore
	confirmationStore
	activationStore
	loginsEndedStore
	socialStore
	sessionStore
	siteStore

	AcquireLease(ctx context.Context, name, holder string, now, until time.Time) (bool, error)
	ReleaseLease(ctx context.Context, name, holder string) error
	DeleteExpiredLeases(ctx context.Context, now time.Time, limit int) (int, error)

	ListStudents(ctx context.Context) ([]models.Student, error)
	Student(ctx context.Context, id int64) (*models.Student, error)
	CreateStudent(ctx context.Context, s *models.Student) error
	UpdateStudent(ctx context.Context, s *models.Student) error
	DeleteStudent(ctx context.Context, id int64) error

	Ping(ctx context.Context) error
	PendingMigrations(ctx context.Context) ([]string, error)
}

// Run runs the suite. Each of its parts opens one store.
func Run(t *testing.T, open func(t *testing.T) Store) {
	parts := []struct {
		name string
		run  func(t *testing.T, s Store)
	}{
		{"readiness", readiness},
		{"users", users},
		{"profiles", profiles},
		{"emails", emails},
		{"addresses", addresses},
		{"reservations", reservations},
		{"tokens", tokens},
		{"refresh families", refreshFamilies},
		{"login tokens", loginTokens},
		{"confirmations", confirmations},
		{"activations", activations},
		{"ended logins", loginsEnded},
		{"social accounts", socialAccounts},
		{"sessions", sessions},
		{"sites", sites},
		{"leases", leases},
		{"outbox", outbox},
		{"webhooks", webhooks},
		{"students", students},
		{"transactions", transactions},
		{"concurrency", concurrency},
	}
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) { part.run(t, open(t)) })
	}
}

// moment is a time that both databases keep exactly.
var moment = time.Date(2026, time.March, 4, 5, 6, 7, 891011000, time.UTC)

func readiness(t *testing.T, s Store) {
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("Ping: %v", err)
	}
	pending, err := s.PendingMigrations(t.Context())
	if err != nil || len(pending) != 0 {
		t.Errorf("PendingMigrations = %q, %v; want none", pending, err)
	}
}

// newUser stores a user of that name.
func newUser(t *testing.T, s Store, name string) *models.User {
	t.Helper()
	u := &models.User{
		Username: name, Email: name + "@example.com", Password: "!" + name, IsActive: true, DateJoined: moment,
	}
	if err := s.CreateUser(t.Context(), u); err != nil {
		t.Fatalf("CreateUser(%q): %v", name, err)
	}
	return u
}

// must fails the test now if err is not nil.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
