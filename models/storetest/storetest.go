// Package storetest is what every store of models must do, as tests. A store runs the whole of it with
//
//	storetest.Run(t, func(t *testing.T) storetest.Store { … })
//
// where the function opens a fresh, migrated, empty store and closes it when the test ends.
package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

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
	ownAddressStore
	emailChangeStore
	deletionStore
	reservationStore
	outboxStore
	webhookStore
	auditStore

	RecordOutstanding(ctx context.Context, t *models.OutstandingToken) error
	Blacklist(ctx context.Context, t *models.OutstandingToken, at time.Time) (first bool, err error)
	Blacklisted(ctx context.Context, jti string) (bool, error)
	BlacklistAll(ctx context.Context, user models.UserID, at time.Time, spared string) error
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

	UserModel() models.UserModel
	Ping(ctx context.Context) error
	PendingMigrations(ctx context.Context) ([]string, error)
}

// subject is what a part of the suite is about.
type subject int

const (
	aboutUsers  subject = iota // users
	aboutNames                 // users who have a name beside their address
	aboutOthers                // rows that do not point at users
)

// Run runs the suite. Each of its parts opens one store.
func Run(t *testing.T, open func(t *testing.T) Store) { run(t, open, aboutOthers) }

// RunOwnUsers runs what of the suite is about users, on a store whose users are in a table of a project's own: by their
// names, or those without.
func RunOwnUsers(t *testing.T, named bool, open func(t *testing.T) Store) {
	if named {
		run(t, open, aboutNames)
		return
	}
	run(t, open, aboutUsers)
}

// run runs the parts that are about something up to widest.
func run(t *testing.T, open func(t *testing.T) Store, widest subject) {
	parts := []struct {
		name  string
		run   func(t *testing.T, s Store)
		about subject
	}{
		{"readiness", readiness, aboutOthers},
		{"users", users, aboutNames},
		{"users without names", usersWithoutNames, aboutUsers},
		{"profiles", profiles, aboutNames},
		{"emails", emails, aboutNames},
		{"addresses", addresses, aboutNames},
		{"own addresses", ownAddresses, aboutNames},
		{"email changes", emailChanges, aboutNames},
		{"deletions", deletions, aboutNames},
		{"reservations", reservations, aboutNames},
		{"tokens", tokens, aboutUsers},
		{"refresh families", refreshFamilies, aboutOthers},
		{"login tokens", loginTokens, aboutUsers},
		{"confirmations", confirmations, aboutNames},
		{"activations", activations, aboutNames},
		{"ended logins", loginsEnded, aboutUsers},
		{"social accounts", socialAccounts, aboutUsers},
		{"sessions", sessions, aboutUsers},
		{"sites", sites, aboutOthers},
		{"leases", leases, aboutOthers},
		{"outbox", outbox, aboutOthers},
		{"webhooks", webhooks, aboutOthers},
		{"audit", auditing, aboutOthers},
		{"students", students, aboutOthers},
		{"transactions", transactions, aboutNames},
		{"concurrency", concurrency, aboutNames},
	}
	for _, part := range parts {
		if part.about <= widest {
			t.Run(part.name, func(t *testing.T) { part.run(t, open(t)) })
		}
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
	if model := s.UserModel(); model.ByEmail() {
		u.Username, u.DateJoined = u.Email, time.Time{} // which such users do not have
	}
	if err := s.CreateUser(t.Context(), u); err != nil {
		t.Fatalf("CreateUser(%q): %v", name, err)
	}
	return u
}

// nobody is the id of a user who is not there.
func nobody(s Store) models.UserID {
	if s.UserModel().Key.Type == models.ColumnUUID {
		return "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
	}
	return "123456789"
}

// byKey sorts users by their keys, which are numbers in the order of creation, or UUIDs without any.
func byKey(users []models.User) []models.User {
	return slices.SortedStableFunc(slices.Values(users), func(a, b models.User) int {
		if _, number := a.ID.Int(); number {
			return 0
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
}

// exceptExtra leaves out the columns that are not known here.
func exceptExtra() cmp.Option { return cmpopts.IgnoreFields(models.User{}, "Extra") }

// must fails the test now if err is not nil.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
