package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"watchword/demo/web"
	"watchword/email"
)

// TestThePagesAreServedWithDEMOOnly asks a whole server, once for each setting.
func TestThePagesAreServedWithDEMOOnly(t *testing.T) {
	for _, tt := range []struct {
		file  string
		inbox *email.Memory // where mails go
		want  int           // the page, and what it is told
		mails int           // the inbox
	}{
		{"DEMO: false", nil, http.StatusNotFound, http.StatusNotFound},
		{"DEBUG: true", nil, http.StatusNotFound, http.StatusNotFound},
		{"DEMO: true", nil, http.StatusOK, http.StatusNotFound},
		{"DEMO: true", email.NewInbox(), http.StatusOK, http.StatusOK},
	} {
		s, store, mails := openWith(t, tt.file)
		mails.inbox = tt.inbox
		server, err := newServer(s, store, mails, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ask := func(path string) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://example.com"+path, nil)
			r.Header.Set("X-Demo-Cookies", "names")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			r.Header.Set("Cookie", "a=1")
			w := httptest.NewRecorder()
			server.http.Handler.ServeHTTP(w, r)
			return w
		}
		for _, path := range []string{web.Prefix, web.ActivatePath, web.ResetPath, "/demo/server/", "/demo/assets/main.js"} {
			if got := ask(path).Code; got != tt.want {
				t.Errorf("%q: %s is %d, want %d", tt.file, path, got, tt.want)
			}
		}
		if got := ask("/demo/inbox/").Code; got != tt.mails {
			t.Errorf("%q: the inbox is %d, want %d", tt.file, got, tt.mails)
		}
		if got := ask("/").Code; got != http.StatusNotFound {
			t.Errorf("%q: / is %d, want 404 where it is not all that the server is for", tt.file, got)
		}
		if got := ask("/hello/").Header().Get("X-Demo-Cookies-Sent") != ""; got != (tt.want == http.StatusOK) {
			t.Errorf("%q: told of cookies: %v", tt.file, got)
		}
	}
}
