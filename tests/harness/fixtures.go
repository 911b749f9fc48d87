package harness

import (
	"crypto/rand"
	"encoding/base64"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
)

// User is an account to begin with. The zero Joined is a day in 2024.
type User struct {
	ID       int
	Username string
	Email    string
	Password string // in clear
	Hash     string // instead of Password: the stored hash
	Inactive bool
	Staff    bool
}

// Rows turns users into rows as loaddata takes them.
func Rows(users ...User) []map[string]any {
	rows := make([]map[string]any, len(users))
	for i, u := range users {
		hash := u.Hash
		if hash == "" {
			hash = Argon2(u.Password)
		}
		rows[i] = map[string]any{"model": "auth.user", "pk": u.ID, "fields": map[string]any{
			"username": u.Username, "email": u.Email, "password": hash, "first_name": "", "last_name": "",
			"is_active": !u.Inactive, "is_staff": u.Staff, "is_superuser": u.Staff, "last_login": nil,
			"date_joined": time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339),
		}}
	}
	return rows
}

// Argon2 hashes a password in Django's form with the server's own parameters under COMPATIBILITY safe, so that a login
// does not hash a second time.
func Argon2(password string) string {
	const memory, passes, threads, length = 19456, 2, 1, 32
	salt := []byte(rand.Text())
	key := argon2.IDKey([]byte(password), salt, passes, memory, threads, length)
	encode := base64.RawStdEncoding.EncodeToString
	return "argon2$argon2id$v=19$m=19456,t=2,p=1$" + encode(salt) + "$" + encode(key)
}

// Login obtains a pair of tokens for a user, and ends the test when that fails.
func (s *Server) Login(t testing.TB, username, password string) (access, refresh string) {
	t.Helper()
	got := s.Post(t, "/api/token/", map[string]string{"username": username, "password": password})
	if got.Status != 200 {
		t.Fatalf("login of %s: %d %s", username, got.Status, got.Body)
	}
	return got.Field(t, "access"), got.Field(t, "refresh")
}
