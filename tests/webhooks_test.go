package tests

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"watchword/tests/harness"
)

// hookSecret signs the webhooks of these tests.
const hookSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDrKWuQ2LxbkQ="

// posted is a webhook that came.
type posted struct{ id, at, signature, body string }

// signed reports whether p was signed with hookSecret, by the words of the specification.
func (p posted) signed() bool {
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(hookSecret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%s.%s.%s", p.id, p.at, p.body)
	return p.signature == "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// TestAWebhookOutlivesTheServerThatWasSendingIt kills the server while the receiver has the message and has not answered.
func TestAWebhookOutlivesTheServerThatWasSendingIt(t *testing.T) {
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		came, release := make(chan posted, 10), make(chan struct{})
		var seen atomic.Int32
		receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			wait := seen.Add(1) == 1
			came <- posted{r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), r.Header.Get("webhook-signature"), string(body)}
			if wait {
				<-release
			}
		}))
		defer receiver.Close()
		settings := harness.DefaultSettings(t)
		settings["WEBHOOKS"] = []map[string]any{{
			"URL": receiver.URL, "SECRETS": []string{hookSecret}, "TIMEOUT": 1, "EVENTS": []string{"user.post_login"},
		}}
		server := harness.Start(t, harness.Config{Database: db, Settings: settings, Secrets: []string{ownPassword},
			Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Hash: harness.Argon2(ownPassword)})})
		server.Login(t, "mike", ownPassword)
		before := await(t, came)
		server.Kill(t)
		close(release)
		server.Launch(t)
		after := await(t, came)
		if after.id != before.id || after.body != before.body || !before.signed() || !after.signed() {
			t.Errorf("got %+v, and after the restart %+v", before, after)
		}
		if strings.Contains(after.body, ownPassword) || !strings.Contains(after.body, `"username":"mike"`) {
			t.Errorf("the message says %s", after.body)
		}
	})
}

// await returns the next message.
func await(t *testing.T, came <-chan posted) posted {
	t.Helper()
	select {
	case p := <-came:
		return p
	case <-time.After(harness.Patience):
		t.Fatal("no webhook came")
	}
	return posted{}
}
