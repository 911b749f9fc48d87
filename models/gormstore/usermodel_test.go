package gormstore_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
	"watchword/models/gormstore"
)

const tutorialUsers = `[
{"model": "authentication.user", "pk": 7, "fields": {"username": "ana maría", "email": "ana@example.com",
	"password": "!", "is_staff": true, "created_at": "2024-01-02T03:04:05Z", "updated_at": "2025-01-02T03:04:05Z",
	"groups": [], "user_permissions": [1]}},
{"model": "authtoken.token", "pk": "0123", "fields": {"user": 7, "created": "2024-01-02T03:04:05Z"}}
]`

func openFor(t *testing.T, userModel string) *gormstore.Store {
	t.Helper()
	cfg := gormstore.DefaultConfig()
	cfg.URL = "sqlite:///" + filepath.Join(t.TempDir(), "db.sqlite3")
	cfg.UserModel = userModel
	s, err := gormstore.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestUsersOfAProjectsOwnModelAreKeptInDjangosTable(t *testing.T) {
	s := openFor(t, "authentication.User")
	load(t, s, tutorialUsers)
	got, err := s.UserBy(t.Context(), models.UserFieldEmail, "ana@example.com")
	if err != nil {
		t.Fatal(err)
	}
	want := &models.User{
		ID: "7", Username: "ana maría", Email: "ana@example.com", Password: "!", IsStaff: true, IsActive: true,
		DateJoined: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	load(t, s, `[{"model":"authentication.User","fields":{"username":"ana2","email":"ana@example.com","password":"!"}}]`)
	if got, err = s.UserBy(t.Context(), models.UserFieldID, "7"); err != nil || got.Username != "ana2" {
		t.Errorf("the address is the natural key: got %+v, %v", got, err)
	}
	if text := dump(t, s, 0, "auth.user"); !strings.Contains(text, `"model": "auth.user", "pk": 7`) {
		t.Errorf("dumped as %s", text)
	}
	load(t, s, dump(t, s, 0))
}

func TestWhoHasConfirmedAnAddressIsKept(t *testing.T) {
	s := openFor(t, "accounts.User")
	load(t, s, `[
		{"model": "accounts.user", "pk": 1, "fields": {"username": "a", "email": "a@example.com", "password": "!", "email_confirmed": true}},
		{"model": "accounts.user", "pk": 2, "fields": {"username": "b", "email": "b@example.com", "password": "!", "email_confirmed": false}},
		{"model": "accounts.user", "pk": 3, "fields": {"username": "c", "email": "c@example.com", "password": "!"}}]`)
	for id, want := range map[models.UserID]bool{"1": true, "2": false, "3": false} {
		if got, err := s.EmailConfirmed(t.Context(), id); err != nil || got != want {
			t.Errorf("EmailConfirmed(%s) = %v, %v; want %v", id, got, err, want)
		}
	}
}

func TestUserModelsAreKnownOnlyWhereTheSettingsNameThem(t *testing.T) {
	for _, userModel := range []string{"", "auth.User", "accounts.User"} {
		_, err := openFor(t, userModel).LoadFixtures(t.Context(), strings.NewReader(tutorialUsers))
		if err == nil || !strings.Contains(err.Error(), "authentication.user") {
			t.Errorf("AUTH_USER_MODEL %q: got %v", userModel, err)
		}
	}
}
