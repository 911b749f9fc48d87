package basic_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"

	"watchword/models"
	"watchword/schemes"
	"watchword/schemes/basic"
)

var errMismatch = errors.New("no such pair")

// accounts maps a name to its password.
type accounts map[string]string

func (a accounts) Authenticate(_ context.Context, username, password string) (*models.User, error) {
	if want, ok := a[username]; !ok || want != password {
		return nil, errMismatch
	}
	return &models.User{ID: "1", Username: username}, nil
}

func TestAuthenticate(t *testing.T) {
	scheme := basic.New(accounts{"alice": "a:b", "þ": "ÿ"}, errMismatch)
	tests := []struct {
		name, header string
		user         string
		reason       schemes.Reason
	}{
		{"no header", "", "", 0},
		{"another scheme", "Token x", "", 0},
		{"right password with a colon in it", "Basic YWxpY2U6YTpi", "alice", 0},
		{"keyword in any case", "bASIC YWxpY2U6YTpi", "alice", 0},
		{"Latin-1 bytes", "Basic /jr/", "þ", 0},
		{"wrong password", "Basic YWxpY2U6eA==", "", schemes.WrongCredentials},
		{"keyword only", "Basic", "", schemes.HeaderEmpty},
		{"too many words", "Basic a b", "", schemes.HeaderParts},
		{"not base64", "Basic %%%", "", schemes.HeaderEncoding},
		{"no colon", "Basic YWxpY2U=", "", schemes.HeaderEncoding},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Authorization", tt.header)
			id, err := scheme.Authenticate(r)
			var failure *schemes.Failure
			switch {
			case tt.reason != 0:
				if !errors.As(err, &failure) || failure.Reason != tt.reason || failure.Scheme != basic.Name {
					t.Fatalf("got %v, want reason %v", err, tt.reason)
				}
			case err != nil:
				t.Fatal(err)
			case id.Anonymous():
				if tt.user != "" {
					t.Fatalf("got nobody, want %s", tt.user)
				}
			case id.User.Username != tt.user:
				t.Fatalf("got %s, want %s", id.User.Username, tt.user)
			}
		})
	}
}

func TestAuthenticatePassesOnErrorsThatAreOurs(t *testing.T) {
	scheme := basic.New(accounts{}, errors.New("another"))
	r := httptest.NewRequest("GET", "/", nil)
	r.SetBasicAuth("alice", "x")
	if _, err := scheme.Authenticate(r); !errors.Is(err, errMismatch) {
		t.Fatalf("got %v, want the error of the accounts", err)
	}
}
