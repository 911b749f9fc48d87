package replay_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"watchword/tests/replay"
)

// conversation logs in, keeps a cookie and a token, and reads a mail; the second step uses all three.
const conversation = `{"name": "n", "dialect": "d", "level": "core", "settings": {}, "fixtures": [], "steps": [
	{"name": "login", "request": {"method": "POST", "path": "/login/", "body": "{}"},
	 "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "json": {"token": "<<str>>"},
	   "cookies": [{"name": "sid", "value": "<<any>>", "path": "/"}]},
	 "mail": [{"to": "a@x.org", "from": "w@x.org", "subject": "Hi", "link": "code=\\d+"}],
	 "capture": {"T": "token", "CODE": "mail:code=(\\d+)"}},
	{"name": "use", "request": {"method": "GET", "path": "/use/", "headers": {"Authorization": "Bearer ${T}-${CODE}"}},
	 "response": {"status": 204, "headers": {"X-Seen": "sid=1 Bearer abc-42"}}},
	{"name": "crash", "request": {"method": "GET", "path": "/bad/"}, "response": {"status": 500},
	 "expect_client_error": true},
	{"name": "never sent", "quirk": true, "request": {"method": "GET", "path": "/quirk/"}, "response": {"status": 200}}]}`

func TestPlayComparesEveryStep(t *testing.T) {
	tests := []struct {
		name   string
		spoil  func(http.Header) // spoils the answer of the second step
		passes bool
	}{
		{"the recorded answer", func(http.Header) {}, true},
		{"a header that must be absent", func(h http.Header) { h.Set("WWW-Authenticate", "Bearer") }, false},
		{"a cookie that must not be set", func(h http.Header) { h.Set("Set-Cookie", "x=1") }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			server := httptest.NewServer(serve(t, dir, test.spoil))
			defer server.Close()
			outcomes, err := replay.Play(t.Context(), load(t), replay.Target{
				Host: strings.TrimPrefix(server.URL, "http://"), MailDir: dir})
			if err != nil {
				t.Fatal(err)
			}
			for i, o := range outcomes {
				if want := i != 1 || test.passes; (len(o.Diffs) == 0) != want {
					t.Errorf("%s: differences %q, want none: %v", o.Title, o.Diffs, want)
				}
			}
			if got, want := outcomes[3].Skipped, "quirk"; got != want {
				t.Errorf("Skipped = %q, want %q", got, want)
			}
		})
	}
}

func serve(t *testing.T, mails string, spoil func(http.Header)) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login/", func(w http.ResponseWriter, _ *http.Request) {
		text := "To: a@x.org\r\nFrom: w@x.org\r\nSubject: Hi\r\n\r\ncode=42\r\n"
		if err := os.WriteFile(filepath.Join(mails, "1.eml"), []byte(text), 0o600); err != nil {
			t.Error(err)
		}
		w.Header().Set("Set-Cookie", "sid=1; Path=/")
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"token":"abc"}`))
	})
	mux.HandleFunc("GET /use/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Seen", r.Header.Get("Cookie")+" "+r.Header.Get("Authorization"))
		spoil(w.Header())
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /bad/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) })
	mux.HandleFunc("GET /quirk/", func(http.ResponseWriter, *http.Request) { t.Error("a quirk was sent") })
	return mux
}

func load(t *testing.T) *replay.Transcript {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.json")
	if err := os.WriteFile(path, []byte(conversation), 0o600); err != nil {
		t.Fatal(err)
	}
	transcript, err := replay.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return transcript
}
