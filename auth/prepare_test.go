package auth_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"watchword/models"
	"watchword/models/gormstore"
	"watchword/schemes"
)

// slow makes credentials in two parts. What it records is a last login.
type slow struct {
	schemes.Scheme
	prepare func() error
	record  func(ctx context.Context) error
}

func (slow) Name() string { return "slow" }

func (s slow) Prepare(*http.Request, *models.User) (schemes.Grant, func(context.Context) error, error) {
	return schemes.Grant{Access: "a"}, s.record, s.prepare()
}

func TestCredentialsAreMadeOutsideOfTheTransactionAndRecordedWithin(t *testing.T) {
	service, store := newService(t)
	u := mustCreate(t, service, "alice", "pw")
	broken := errors.New("broken")
	write := func(ctx context.Context) error { return store.SetLastLogin(ctx, u.ID, now) }
	tests := []struct {
		name             string
		prepared, stored error // what the two parts return
		want             string
		recorded         bool
	}{
		{"not made", broken, nil, "", false},
		{"made, not recorded", nil, broken, "", false},
		{"made and recorded", nil, nil, "a", true},
	}
	for _, test := range tests {
		s := slow{
			// A write of its own would wait for a transaction around it until the store gives up.
			prepare: func() error { return errors.Join(writeAndUndo(t, store, u), test.prepared) },
			record:  func(ctx context.Context) error { return errors.Join(write(ctx), test.stored) },
		}
		grant, err := service.Login(httptest.NewRequestWithContext(t.Context(), "POST", "/", nil), s, u)
		if (err == nil) != test.recorded || grant.Access != test.want {
			t.Errorf("%s: got %q, %v", test.name, grant.Access, err)
		}
		stored, err := store.UserBy(t.Context(), models.UserFieldID, string(u.ID))
		if err != nil {
			t.Fatal(err)
		}
		if (stored.LastLogin != nil) != test.recorded {
			t.Errorf("%s: recorded at %v", test.name, stored.LastLogin)
		}
	}
}

// writeAndUndo needs the writer, and leaves nothing behind.
func writeAndUndo(t *testing.T, store *gormstore.Store, u *models.User) error {
	t.Helper()
	undone := errors.New("undone")
	err := store.Atomic(t.Context(), func(ctx context.Context) error {
		return errors.Join(store.SetLastLogin(ctx, u.ID, now), undone)
	})
	if errors.Is(err, undone) && !errors.Is(err, models.ErrUnavailable) {
		return nil
	}
	return err
}
