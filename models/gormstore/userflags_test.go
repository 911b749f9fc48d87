package gormstore

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"watchword/models"
)

// A user in whose row another program has written what is none of its columns' values is found, is not active, and the log
// says why.
func TestAGarbledUserIsNotActive(t *testing.T) {
	s := openTemporary(t, temporaryFile(t))
	var log bytes.Buffer
	s.cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	u := &models.User{Username: "anna", Email: "anna@example.com", IsActive: true}
	if err := s.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	token := models.LoginToken{Digest: models.Digest{1}, UserID: u.ID, Created: time.Now()}
	if err := s.CreateLoginToken(t.Context(), token, 0); err != nil {
		t.Fatal(err)
	}
	session := models.Session{Key: "12345678", ExpireDate: time.Now().Add(time.Hour)}
	if err := s.CreateSession(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	const garble = "UPDATE auth_user SET is_active = 'maybe', is_staff = 'x', is_superuser = 2.5, date_joined = 5, last_login = 'whenever'"
	if err := Run(t.Context(), s, garble); err != nil {
		t.Fatal(err)
	}
	by := func(field models.UserField, value string) func(context.Context) (*models.User, error) {
		return func(ctx context.Context) (*models.User, error) { return s.UserBy(ctx, field, value) }
	}
	for name, find := range map[string]func(context.Context) (*models.User, error){
		"by id":      by(models.UserFieldID, string(u.ID)),
		"by name":    by(models.UserFieldUsername, "anna"),
		"by address": by(models.UserFieldEmail, "anna@example.com"),
		"by token": func(ctx context.Context) (*models.User, error) {
			_, u, err := s.LoginToken(ctx, []models.Digest{token.Digest})
			return u, err
		},
		"by session": func(ctx context.Context) (*models.User, error) {
			_, u, err := s.SessionAndUser(ctx, session.Key, time.Now(), u.ID)
			return u, err
		},
		"in a transaction": func(ctx context.Context) (u *models.User, err error) {
			err = s.Atomic(ctx, func(ctx context.Context) error {
				u, err = s.UserBy(ctx, models.UserFieldUsername, "anna")
				return err
			})
			return u, err
		},
		"in any case": func(ctx context.Context) (*models.User, error) {
			users, err := s.UsersByUsernameFold(ctx, "ANNA")
			if err != nil || len(users) == 0 {
				return nil, err
			}
			return &users[0], nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			log.Reset()
			found, err := find(t.Context())
			if err != nil || found == nil {
				t.Fatalf("= %v, %v; want the user", found, err)
			}
			if found.IsActive || found.IsStaff || found.IsSuperuser {
				t.Errorf("= %+v; want nobody who may do anything", found)
			}
			for _, column := range []string{"is_active", "is_staff", "is_superuser"} {
				if want := "user=" + string(u.ID) + " column=" + column; !strings.Contains(log.String(), want) {
					t.Errorf("the log says %q, and not %q", log.String(), want)
				}
			}
		})
	}
}
