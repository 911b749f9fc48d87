package csrf

import (
	"errors"
	"net/http"
	"testing"
)

// store keeps one secret as a session would.
type store struct {
	secret string
	writes int
	err    error
}

func (s *store) CSRFSecret(*http.Request) (string, error) { return s.secret, s.err }

func (s *store) KeepCSRFSecret(_ *http.Request, secret string) ([]*http.Cookie, error) {
	s.secret = secret
	s.writes++
	return []*http.Cookie{{Name: "session"}}, nil
}

func TestTokensGoWithTheSecretThatTheBrowserHas(t *testing.T) {
	p := New(ExactConfig())
	for _, test := range []struct {
		name, cookie, want string // want "": a new secret
	}{
		{"plain", "csrftoken=" + secret, secret},
		{"masked", "csrftoken=" + masked, secret},
		{"none", "a=b", ""},
		{"malformed", "csrftoken=abc", ""},
		{"two", "csrftoken=" + secret + "; csrftoken=" + other, ""},
	} {
		r := request("")
		r.Header.Set("Cookie", test.cookie)
		token, cookies, err := p.Token(r)
		if err != nil || len(cookies) != 1 || len(token) != tokenLength {
			t.Fatalf("%s: %q, %v, %v", test.name, token, cookies, err)
		}
		if got := cookies[0].Value; test.want != "" && got != test.want || len(got) != secretLength {
			t.Errorf("%s: the cookie holds %s, want %s", test.name, got, test.want)
		}
		r.Header.Set("Cookie", "csrftoken="+cookies[0].Value)
		r.Header.Set("X-CSRFToken", token)
		check(t, p, r, "")
		if again, _, _ := p.Token(r); again == token {
			t.Errorf("%s: one mask twice", test.name)
		}
	}
}

func TestATrackedRequestRemembersItsNewSecret(t *testing.T) {
	p := New(ExactConfig())
	r := request("")
	r = r.WithContext(Track(r.Context()))
	rotated, _ := p.Rotate(r)
	token, cookies, err := p.Token(r)
	if err != nil || cookies[0].Value != rotated || unmask(token) != rotated {
		t.Errorf("got %s, %v, %v, want the secret %s", token, cookies, err, rotated)
	}
	r.Header.Set("Cookie", "csrftoken=malformed")
	if c := p.Repair(r); c != nil {
		t.Errorf("the new secret is replaced: %s", c)
	}
}

func TestSecretsInSessions(t *testing.T) {
	kept := &store{}
	p := NewInSessions(ExactConfig(), kept)
	r := request("")
	check(t, p, r, "CSRF cookie not set.") // whatever the cookie says
	token, cookies, err := p.Token(r)
	if err != nil || len(cookies) != 1 || cookies[0].Name != "session" || kept.secret != unmask(token) {
		t.Fatalf("got %s, %v, %v; kept is %+v", token, cookies, err, kept)
	}
	check(t, p, r, "CSRF token from the 'X-Csrftoken' HTTP header incorrect.")
	r.Header.Set("X-CSRFToken", token)
	check(t, p, r, "")
	if rotated, cookies := p.Rotate(r); len(cookies) > 0 || rotated == kept.secret || kept.writes != 1 {
		t.Errorf("got %s, %v; the caller keeps it", rotated, cookies)
	}
	kept.secret = "malformed"
	check(t, p, r, "CSRF cookie not set.")
	if c := p.Repair(r); c != nil {
		t.Errorf("a cookie is repaired that nobody reads: %s", c)
	}
	kept.err = errors.New("storage is down")
	refused := Refusal("")
	if err := p.Check(r); !errors.Is(err, kept.err) || errors.As(err, &refused) {
		t.Errorf("got %v, want %v, which is no refusal", err, kept.err)
	}
	if _, _, err := p.Token(r); !errors.Is(err, kept.err) {
		t.Errorf("got %v, want %v", err, kept.err)
	}
}
