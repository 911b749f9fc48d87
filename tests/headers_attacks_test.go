package tests

import (
	"net/http"
	"strings"
	"testing"

	"watchword/tests/attack"
	"watchword/tests/harness"
)

// TestAttack_flow_security_headers is "flow-security-headers".
func TestAttack_flow_security_headers(t *testing.T) {
	t.Parallel()
	settings := harness.DefaultSettings(t)
	settings["DATA_UPLOAD_MAX_MEMORY_SIZE"] = 1000
	server := harness.Start(t, harness.Config{Database: harness.SQLite(t), Settings: settings,
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Password: ownPassword})})
	access, _ := server.Login(t, "mike", ownPassword)
	const json = "application/json"
	for _, test := range []struct {
		method, path, body string
		header             []string
		status             int
	}{
		{"GET", "/hello/", "", []string{"Authorization", "Bearer " + access}, 200},
		{"GET", "/hello/", "", []string{"Authorization", "Bearer " + access, "Accept", "text/html"}, 200},
		{"POST", "/api/token/", `{"username":"mike","password":"` + ownPassword + `"}`, []string{"Content-Type", json}, 200},
		{"GET", "/dj-rest-auth/password-reset/confirm/x/y/", "", nil, 404},
		{"GET", "/hello", "", nil, 301},
		{"POST", "/api/token/", `{`, []string{"Content-Type", json}, 400},
		{"GET", "/hello/", "", nil, 401},
		{"POST", "/api/v1/auth/login/", `{}`, []string{"Content-Type", json}, 403},
		{"GET", "/nowhere/", "", nil, 404},
		{"GET", "/api/token/", "", nil, 405},
		{"GET", "/hello/", "", []string{"Authorization", "Bearer " + access, "Accept", "image/png"}, 406},
		{"POST", "/api/token/", strings.Repeat("x", 1001), []string{"Content-Type", json}, 413},
		{"POST", "/api/token/", "x", []string{"Content-Type", "text/plain"}, 415},
		{"OPTIONS", "/api/token/", "", nil, 200},
		{"GET", "/healthz", "", nil, 200},
		{"POST", "/readyz", "", nil, 405},
	} {
		got := send(t, server, test.method, test.path, test.body, test.header...)
		if got.Status != test.status {
			t.Errorf("%s %s = %d, want %d", test.method, test.path, got.Status, test.status)
		}
		for _, fault := range headerFaults(got.Header) {
			t.Errorf("%s %s (%d): %s", test.method, test.path, got.Status, fault)
		}
	}
	// What is refused before it is a request at all comes from the HTTP library, in one line of plain text.
	for _, raw := range []string{"GET / HTTP/1.1\r\nHost: " + server.Host + "\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", "NONSENSE\r\n\r\n"} {
		answers, err := attack.SendRaw(t.Context(), server.Host, raw, 1, false)
		if err != nil || len(answers) != 1 {
			t.Fatalf("%d answers, %v", len(answers), err)
		}
		if got := answers[0]; got.Header.Get("Server") != "" || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("%.20q: %v", raw, got.Header)
		}
	}
}

// headerFaults says what is missing among the headers that every answer has.
func headerFaults(header http.Header) (faults []string) {
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Referrer-Policy": "same-origin"} {
		if got := header.Get(name); got != want {
			faults = append(faults, name+": "+got)
		}
	}
	policy := header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, part) {
			faults = append(faults, "Content-Security-Policy: "+policy)
		}
	}
	if got := header.Get("Server") + header.Get("X-Powered-By"); got != "" {
		faults = append(faults, "tells that it is "+got)
	}
	return faults
}
