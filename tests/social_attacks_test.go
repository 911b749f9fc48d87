package tests

import (
	"sync/atomic"
	"testing"

	"watchword/tests/harness"
)

// TestAttack_flow_social_ssrf is "flow-social-ssrf": addresses in what a provider says are nothing to call.
func TestAttack_flow_social_ssrf(t *testing.T) {
	t.Parallel()
	p := startProvider(t)
	s := startSocial(t, p, harness.SQLite(t), nil)
	calls := new(atomic.Int32)
	trap := "http://127.0.0.1:" + listen(t, calls) + "/"
	token := p.idToken(t, "ada", map[string]any{"picture": trap, "profile": trap, "website": trap, "jwks_uri": trap})
	socialLogin(t, s, "google", map[string]any{"id_token": token}, 200)
	if n := calls.Load(); n != 0 {
		t.Errorf("the server called %d times where the token told it to", n)
	}
}
