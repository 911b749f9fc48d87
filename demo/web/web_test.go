package web

import (
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/auth/dialects"
	"watchword/email"
)

// newSite returns a site with the page and an inbox of mails; nil: no inbox.
func newSite(t *testing.T, inbox Inbox) http.Handler {
	t.Helper()
	site := dialects.NewSite(dialects.DefaultConfig(), dialects.DefaultRESTConfig(), slog.New(slog.DiscardHandler))
	if err := Mount(site, Server{Mounts: map[string]string{"hello": "/hello/"}}, inbox); err != nil {
		t.Fatal(err)
	}
	return site
}

func ask(h http.Handler, method, target string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1"+target, nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEveryFileIsServedAsWhatItIsAndKeptByNobody(t *testing.T) {
	site := newSite(t, nil)
	count := 0
	err := fs.WalkDir(files, "files", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		count++
		target := strings.Replace(name, "files/", assetsPath, 1)
		if strings.HasSuffix(name, firstPage) {
			target = Prefix
		}
		w := ask(site, http.MethodGet, target)
		header := w.Header()
		if w.Code != http.StatusOK || header.Get("Content-Security-Policy") != policy || header.Get("Cache-Control") != "no-store" ||
			header.Get("Referrer-Policy") != "no-referrer" || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", target, w.Code, header)
		}
		want := map[string]string{"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml", "html": "text/html"}[name[strings.LastIndex(name, ".")+1:]]
		if got := header.Get("Content-Type"); want == "" || !strings.HasPrefix(got, want) {
			t.Errorf("%s is %q, want %q", target, got, want)
		}
		if head := ask(site, http.MethodHead, target); head.Code != http.StatusOK || head.Body.Len() != 0 {
			t.Errorf("HEAD %s: %d with %d bytes", target, head.Code, head.Body.Len())
		}
		if post := ask(site, http.MethodPost, target); post.Code != http.StatusMethodNotAllowed || post.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("POST %s: %d, allowed %q", target, post.Code, post.Header().Get("Allow"))
		}
		return nil
	})
	if err != nil || count < 10 {
		t.Fatalf("%d files, %v", count, err)
	}
}

// TestThePageHasNothingThatItsPolicyForbids: no scripts, styles or listeners among its elements, and nothing of another
// server.
func TestThePageHasNothingThatItsPolicyForbids(t *testing.T) {
	page := ask(newSite(t, nil), http.MethodGet, Prefix).Body.String()
	for what, form := range map[string]string{
		"a script in the page":     `<script[^>]*>[^<]`,
		"a style":                  `<style|\sstyle=`,
		"a listener":               `\son\w+=`,
		"something from elsewhere": `(src|href)="(https?:)?//`,
	} {
		if found := regexp.MustCompile(form).FindString(page); found != "" {
			t.Errorf("%s: %s", what, found)
		}
	}
	for _, asset := range regexp.MustCompile(`(?:src|href)="(/[^"]+)"`).FindAllStringSubmatch(page, -1) {
		if w := ask(newSite(t, nil), http.MethodGet, asset[1]); w.Code != http.StatusOK {
			t.Errorf("%s: %d", asset[1], w.Code)
		}
	}
}

func TestThePageIsToldWhatThereIs(t *testing.T) {
	var got map[string]any
	w := ask(newSite(t, nil), http.MethodGet, serverPath)
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got["inbox"] != false || got["jwtCookies"] != nil || got["mounts"].(map[string]any)["hello"] != "/hello/" {
		t.Errorf("got %v", got)
	}
	if w := ask(newSite(t, nil), http.MethodGet, inboxPath); w.Code != http.StatusNotFound {
		t.Errorf("an inbox that is not there: %d", w.Code)
	}
}

func TestTheInboxShowsTheNewestMailFirst(t *testing.T) {
	inbox := email.NewInbox()
	for _, subject := range []string{"first", "second"} {
		err := inbox.Send(t.Context(), email.Message{ID: subject + "@x", Date: time.Unix(0, 0).UTC(), From: "a@example.com",
			To: "b@example.com", Subject: subject, Text: "text", HTML: "<script>"})
		if err != nil {
			t.Fatal(err)
		}
	}
	w := ask(newSite(t, inbox), http.MethodGet, inboxPath)
	var got []map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"id": "second@x", "date": "1970-01-01T00:00:00Z", "from": "a@example.com", "to": "b@example.com",
		"subject": "second", "text": "text"}
	if len(got) != 2 {
		t.Fatalf("got %v", got)
	}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOfCookiesNoCredentialIsTold(t *testing.T) {
	lines := []string{
		"sessionid=s3cret; Path=/; HttpOnly; SameSite=Lax", "csrftoken=readable; Path=/",
		"access=eyJh.eyJ1.c2ln; HttpOnly; Path=/", `access=""; Max-Age=0; HttpOnly`,
	}
	want := `["sessionid=***; Path=/; HttpOnly; SameSite=Lax","csrftoken=readable; Path=/","access=eyJh.eyJ1.***; HttpOnly; Path=/",` +
		`"access=\"\"; Max-Age=0; HttpOnly"]`
	h := ShowCookies(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for _, line := range lines {
			w.Header().Add("Set-Cookie", line)
		}
		_, _ = w.Write([]byte("{}"))
	}))
	for _, test := range []struct {
		name, ask, site, sent, set string
	}{
		{"the page asks", "names", "same-origin", `["a","b"]`, want},
		{"nobody asks", "", "same-origin", "", ""},
		{"another site asks", "names", "cross-site", "", ""},
		{"a program asks", "names", "", "", ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Cookie", "b=1; a=2")
		r.Header.Set(askHeader, test.ask)
		r.Header.Set("Sec-Fetch-Site", test.site)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get(sentHeader); got != test.sent {
			t.Errorf("%s: sent %s, want %s", test.name, got, test.sent)
		}
		if got := w.Header().Get(setHeader); got != test.set {
			t.Errorf("%s: set %s, want %s", test.name, got, test.set)
		}
		if diff := cmp.Diff(lines, w.Header().Values("Set-Cookie")); diff != "" {
			t.Errorf("%s: the cookies themselves (-want +got):\n%s", test.name, diff)
		}
	}
}
