package djrestauth_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOptionsSayWhatTheOriginalSays compares with testdata/options.json, which was recorded from dj-rest-auth 7.1.
func TestOptionsSayWhatTheOriginalSays(t *testing.T) {
	data, err := os.ReadFile("testdata/options.json")
	must(t, err)
	var recorded map[string]any
	must(t, json.Unmarshal(data, &recorded))
	if len(recorded) != 7 {
		t.Fatalf("%d recordings, want 7", len(recorded))
	}
	for name, want := range recorded {
		t.Run(name, func(t *testing.T) {
			path, variant, _ := strings.Cut(name, " ")
			w := newWorld(t, func(o *options) {
				o.dialect.UseJWT = strings.HasPrefix(path, "token/")
				o.dialect.OldPasswordField = variant != ""
			})
			credential := ""
			if !strings.HasPrefix(path, "token/") {
				w.user("alice")
				credential = w.key("alice")
			}
			answer := w.ask(http.MethodOptions, path, credential, "")
			var got any
			must(t, json.Unmarshal(answer.Body.Bytes(), &got))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAllowNamesTheMethods(t *testing.T) {
	w := newWorld(t, withJWT)
	for path, want := range map[string]string{
		"login/": "POST, OPTIONS", "logout/": "GET, POST, HEAD, OPTIONS", "user/": "GET, PUT, PATCH, HEAD, OPTIONS",
		"password/change/": "POST, OPTIONS", "token/refresh/": "POST, OPTIONS", "token/verify/": "POST, OPTIONS",
	} {
		if got := w.ask(http.MethodOptions, path, "", "").Header().Get("Allow"); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
