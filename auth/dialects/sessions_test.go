package dialects

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
)

// fakeSessions sets a cookie at the end of every request, unless err says no.
type fakeSessions struct{ err error }

func (f fakeSessions) Begin(ctx context.Context) context.Context { return ctx }

func (f fakeSessions) Finish(*http.Request) ([]*http.Cookie, error) {
	if f.err != nil {
		return nil, f.err
	}
	return []*http.Cookie{{Name: "session", Value: "slid"}}, nil
}

func TestSessionsAreFinishedWhateverIsAsked(t *testing.T) {
	for _, test := range []struct {
		name, path, cookie, vary string
		err                      error
	}{
		{"a view", "/", "session=slid", "Accept, Cookie", nil},
		{"nothing is there", "/nope", "session=slid", "Cookie", nil},
		{"a redirect", "/below", "session=slid", "Cookie", nil},
		{"an error of ours", "/broken/", "", "Accept", nil},
		{"storage is down", "/", "", "Accept", errors.New("storage is down")},
	} {
		s := newSite(t, nil)
		s.Mount("/", View{Get: say(http.StatusOK, hello{"x"})})
		s.Mount("/below/", View{Get: say(http.StatusOK, hello{"x"})})
		s.Mount("/broken/", View{Get: fail(errors.New("broken"))})
		s.KeepSessions(fakeSessions{test.err})
		got := s.ask(http.MethodGet, test.path, "")
		if cookie, vary := got.Header().Get("Set-Cookie"), got.Header().Get("Vary"); cookie != test.cookie || vary != test.vary {
			t.Errorf("%s: got %q, %q, want %q, %q", test.name, cookie, vary, test.cookie, test.vary)
		}
		if logged := strings.Contains(s.log.String(), "session not extended"); logged != (test.err != nil) {
			t.Errorf("%s: the log says so: %v", test.name, logged)
		}
	}
}
