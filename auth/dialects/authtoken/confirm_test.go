package authtoken_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// registered makes an account that waits for confirmation, and returns the link in its mail.
func registered(t *testing.T, s *server) string {
	t.Helper()
	w := s.ask(t, "POST", "/auth/register/", `{"username":"ana","password":"`+goodPassword+`","email":"ana@example.com"}`)
	want(t, w, 201, `{"success":true}`, "")
	return s.link(t)
}

// canLogIn reports whether ana can.
func canLogIn(t *testing.T, s *server) bool {
	t.Helper()
	return s.ask(t, "POST", "/auth/login/", `{"username":"ana","password":"`+goodPassword+`"}`).Code == 200
}

func wantRedirect(t *testing.T, w *httptest.ResponseRecorder, to string) {
	t.Helper()
	want(t, w, 302, "", "")
	header := w.Header()
	if header.Get("Location") != to || header.Get("Content-Type") != "text/html; charset=utf-8" || header.Get("Allow") != "" {
		t.Errorf("got %v, want a redirect to %s", header, to)
	}
}

func wantInvalid(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	want(t, w, 400, "invalid token!", "")
	if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
}

func TestOpeningALinkConfirms(t *testing.T) {
	s := newServer(t, confirmed(models.ConfirmsActive))
	link := registered(t, s)
	if canLogIn(t, s) {
		t.Error("a login before the confirmation")
	}
	for _, tt := range []struct {
		method string
		status int
	}{{"POST", 403}, {"HEAD", 405}, {"OPTIONS", 405}, {"PUT", 405}, {"DELETE", 405}, {"BREW", 405}} {
		w := s.ask(t, tt.method, link, "")
		if w.Code != tt.status {
			t.Errorf("%s = %d, want %d", tt.method, w.Code, tt.status)
		}
		if tt.status == 405 && w.Header().Get("Allow") != "GET" {
			t.Errorf("%s: Allow %q", tt.method, w.Header().Get("Allow"))
		}
	}
	if canLogIn(t, s) {
		t.Error("something other than GET confirms")
	}
	wantRedirect(t, s.ask(t, "GET", link+"?next=https://evil.example/", ""), "/")
	if !canLogIn(t, s) {
		t.Error("no login after the confirmation")
	}
	wantInvalid(t, s.ask(t, "GET", link, ""))
	for _, bad := range []string{"AAAA", strings.Repeat("A", 64), "%00", "a%0Ab", "!"} {
		w := s.ask(t, "GET", "/auth/register/confirm/"+bad+"/", "")
		if w.Code != 400 && (bad != "%00" || w.Code != 404) {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
}

func TestWhereLinksLead(t *testing.T) {
	o := confirmed(models.ConfirmsActive)
	o.dialect.ConfirmRedirect, o.dialect.ConfirmInvalidRedirect = "https://app.example.org/welcome", "/sorry?why=link"
	s := newServer(t, o)
	link := registered(t, s)
	wantRedirect(t, s.ask(t, "GET", "/auth/register/confirm/AAAA/", ""), "/sorry?why=link")
	wantRedirect(t, s.ask(t, "GET", link, ""), "https://app.example.org/welcome")
	wantRedirect(t, s.ask(t, "GET", link, ""), "/sorry?why=link")
}

func TestAPageAsksBeforeItConfirms(t *testing.T) {
	o := confirmed(models.ConfirmsActive)
	o.dialect.ConfirmPage = true
	s := newServer(t, o)
	link := registered(t, s)
	for _, path := range []string{link, "/auth/register/confirm/AAAA/"} { // it does not tell which ones are good
		w := s.ask(t, "GET", path, "")
		header := w.Header()
		if w.Code != 200 || !strings.Contains(w.Body.String(), `<form method="post">`) || strings.Contains(w.Body.String(), path) ||
			!strings.Contains(header.Get("Content-Security-Policy"), "form-action 'self'") ||
			header.Get("Referrer-Policy") != "no-referrer" || header.Get("Cache-Control") != "no-store" {
			t.Errorf("GET = %d %v %s", w.Code, header, w.Body)
		}
		if got := s.ask(t, "HEAD", path, "").Code; got != 200 {
			t.Errorf("HEAD = %d, want 200", got)
		}
	}
	if canLogIn(t, s) {
		t.Error("looking at the page confirms")
	}
	wantInvalid(t, s.ask(t, "POST", "/auth/register/confirm/AAAA/", ""))
	wantRedirect(t, s.ask(t, "POST", link, ""), "/")
	if !canLogIn(t, s) {
		t.Error("no login after the confirmation")
	}
	wantInvalid(t, s.ask(t, "POST", link, ""))
}

func TestOneOfManyOpensALink(t *testing.T) {
	s := newServer(t, confirmed(models.ConfirmsEmail))
	link := registered(t, s)
	var callers sync.WaitGroup
	statuses := make(chan int, 32)
	for range cap(statuses) {
		callers.Go(func() { statuses <- s.ask(t, "GET", link, "").Code })
	}
	callers.Wait()
	close(statuses)
	got := map[int]int{}
	for status := range statuses {
		got[status]++
	}
	if diff := cmp.Diff(map[int]int{302: 1, 400: 31}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWhatHasBeenConfirmedIsShown(t *testing.T) {
	o := confirmed(models.ConfirmsEmail)
	o.dialect.UserSerializer = []string{"username", "email_confirmed"}
	s := newServer(t, o)
	link := registered(t, s)
	for _, confirmed := range []string{"false", "true"} {
		w := s.ask(t, "POST", "/auth/login/", `{"username":"ana","password":"`+goodPassword+`"}`)
		if !strings.Contains(w.Body.String(), `"user":{"username":"ana","email_confirmed":`+confirmed+`}`) {
			t.Errorf("want %s, got %s", confirmed, w.Body)
		}
		s.ask(t, "GET", link, "")
	}
}

// unreachable is a core that cannot reach its store.
type unreachable struct{}

func (unreachable) Confirm(context.Context, string) error { return models.ErrUnavailable }

func TestUnreachableStorageIsNoBadLink(t *testing.T) {
	o := newOptions()
	o.confirmer = unreachable{}
	s := newServer(t, o)
	w := s.ask(t, "GET", "/auth/register/confirm/AAAA/", "")
	if w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("got %d %v, want 503 with Retry-After", w.Code, w.Header())
	}
}
