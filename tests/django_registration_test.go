package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"watchword/tests/harness"
)

const (
	registrationPath = "/dj-rest-auth/registration/"
	verifyEmailPath  = "/dj-rest-auth/registration/verify-email/"
)

// confirmationLink is the link in the mail that asks whether an address is somebody's.
var confirmationLink = regexp.MustCompile(`/registration/account-confirm-email/([-:\w]+)/`)

// mailed waits for a mail in which pattern is found, and returns the first group.
func mailed(t *testing.T, server *harness.Server, pattern *regexp.Regexp) string {
	t.Helper()
	for deadline := time.Now().Add(harness.Patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		files, err := filepath.Glob(filepath.Join(server.MailDir, "[^.]*")) // not what is being written
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if found := pattern.FindSubmatch(text); found != nil {
				return string(found[1])
			}
		}
	}
	t.Fatalf("no mail with %s", pattern)
	return ""
}

// signUp registers a user at server.
func signUp(t *testing.T, server *harness.Server, username string) {
	t.Helper()
	got := server.Post(t, registrationPath, map[string]string{"username": username, "email": username + "@example.org",
		"password1": ownPassword, "password2": ownPassword})
	if got.Status != 201 {
		t.Fatalf("registration of %s = %d %s, want 201", username, got.Status, got.Body)
	}
}

func TestAddressesAreConfirmedHereAndInDjangoWithEachOthersKeys(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		server := beside(t, db)
		there := startDjango(t, db)
		address := func(username string) map[string]any {
			t.Helper()
			rows := there.ask(t, map[string]any{"op": "addresses", "username": username}).JSON
			row, ok := rows[username+"@example.org"].(map[string]any)
			if !ok || len(rows) != 1 || row["primary"] != true {
				t.Fatalf("Django sees the addresses of %s as %v", username, rows)
			}
			return row
		}

		signUp(t, server, "ours")
		if address("ours")["verified"] != false {
			t.Error("an address is verified before it was confirmed")
		}
		key := mailed(t, server, confirmationLink)
		if got := there.ask(t, map[string]any{"op": "confirm", "key": key}); !got.OK {
			t.Error("Django refuses the key of our mail")
		}
		if got := server.Post(t, verifyEmailPath, map[string]string{"key": key}); got.Status != 404 {
			t.Errorf("a key that Django took = %d %s, want 404", got.Status, got.Body)
		}

		signUp(t, server, "theirs")
		djangos, _ := address("theirs")["key"].(string)
		if got := server.Post(t, verifyEmailPath, map[string]string{"key": djangos}); got.Status != 200 {
			t.Errorf("Django's key = %d %s, want 200", got.Status, got.Body)
		}
		if address("theirs")["verified"] != true {
			t.Error("Django does not see that the address was confirmed here")
		}
		if got := there.ask(t, map[string]any{"op": "confirm", "key": djangos}); got.OK {
			t.Error("Django takes a key that was used here")
		}
		if got := there.ask(t, map[string]any{"op": "authenticate", "username": "ours", "password": ownPassword}); !got.OK {
			t.Error("Django does not know a user who registered here")
		}
	})
}

func TestTheLinkInAMailLeadsToAPageThatConfirms(t *testing.T) {
	t.Parallel()
	server := beside(t, harness.SQLite(t))
	signUp(t, server, "ana")
	page := registrationPath + "account-confirm-email/" + mailed(t, server, confirmationLink) + "/"
	opened := server.Get(t, page, "")
	found := regexp.MustCompile(`<form method="post" action="([^"]+)">`).FindStringSubmatch(string(opened.Body))
	if opened.Status != 200 || found == nil {
		t.Fatalf("GET %s = %d %s", page, opened.Status, opened.Body)
	}
	for _, want := range []int{200, 404} { // once
		if got := server.Post(t, found[1], nil); got.Status != want {
			t.Errorf("the button = %d %s, want %d", got.Status, got.Body, want)
		}
	}
}
