package tests

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"watchword/tests/attack"
	"watchword/tests/harness"
)

// Every server of this suite has its log searched for secrets when it stops (see package harness). The test here sends
// secrets where they do not belong, at the most talkative log level.
func TestSecretsInOddPlacesAreNotLogged(t *testing.T) {
	t.Parallel()
	const stray = "stray-secret-4711"
	server := harness.Start(t, harness.Config{
		Database: harness.SQLite(t), Environ: []string{"WATCHWORD_LOG_LEVEL=debug"},
		Secrets:  []string{ownPassword, stray, url.QueryEscape(stray), harness.SecretKey},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Password: ownPassword}),
	})
	access, refresh := server.Login(t, "mike", ownPassword)
	json := attack.Headers{{"Content-Type", "application/json"}}
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("mike:"+stray))
	requests := []attack.Request{
		{Method: "POST", Path: "/api/token/", Headers: json, Body: `{"username":"mike","password":"` + stray + `"}`},
		{Method: "POST", Path: "/api/token/", Headers: json, Body: `{"username":"mike","password":"` + stray},
		{Method: "POST", Path: "/api/token/", Headers: json, Body: `{"username":"mike","password":["` + stray + `"]}`},
		{Method: "POST", Path: "/api/token/?password=" + stray, Headers: json, Body: `{}`},
		{Method: "GET", Path: "/hello/?token=" + access},
		{Method: "GET", Path: "/hello?access=" + access},
		{Method: "GET", Path: "/hello/", Headers: attack.Headers{{"Authorization", "Bearer " + stray}}},
		{Method: "GET", Path: "/hello/", Headers: attack.Headers{{"Authorization", "Bearer " + access + "x"}}},
		{Method: "GET", Path: "/hello/", Headers: attack.Headers{{"Authorization", basic}, {"Cookie", "auth=" + stray}}},
		{Method: "GET", Path: "/hello/", Headers: attack.Headers{{"User-Agent", access}, {"Referer", "http://x/?t=" + stray}}},
		{Method: "GET", Path: "/hello/", Headers: attack.Headers{{"X-Request-Id", refresh}}},
		{Method: "POST", Path: refreshPath, Headers: json, Body: `{"refresh":"` + refresh + stray + `"}`},
		{Method: "POST", Path: verifyPath, Headers: json, Body: `{"token":"` + stray + `"}`},
		{Method: "GET", Path: "/nowhere/?" + stray},
	}
	for _, r := range requests {
		got, err := sendTo(t, server, r, nil)
		if err != nil {
			t.Fatalf("%s: %v", describe(&r), err)
		}
		if got.Status >= http.StatusInternalServerError {
			t.Errorf("%s = %d", describe(&r), got.Status)
		}
		if strings.Contains(got.Body, stray) {
			t.Errorf("%s: the secret comes back: %.200s", describe(&r), got.Body)
		}
	}
	if !strings.Contains(server.Log(t), "/api/token/") {
		t.Error("requests are not logged at all: this test proves nothing")
	}
}
