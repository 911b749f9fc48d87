package session_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"watchword/models/gormstore/gormtest"
	"watchword/schemes"
	"watchword/schemes/session"
)

// django is a real Django on the database of a store.
type django struct {
	stdin  io.Writer
	stdout *bufio.Scanner
}

// outcome is what it answers.
type outcome struct {
	Key, Username string
	Entries       map[string]any
}

// startDjango starts Debian's Django. Where there is none the test is skipped; in CI there must be one.
func startDjango(t *testing.T, database, secretKey string) *django {
	t.Helper()
	const python = "/usr/bin/python3" // Debian's, which python3-django belongs to
	if err := exec.CommandContext(t.Context(), python, "-c", "import django, psycopg2").Run(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("Django is missing (Debian: python3-django, python3-psycopg2): %v", err)
		}
		t.Skipf("Django is missing (Debian: python3-django, python3-psycopg2): %v", err)
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/peer.py")
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "PEER_DATABASE="+database, "PEER_SECRET_KEY="+secretKey)
	cmd.Stderr = t.Output()
	stdin, err := cmd.StdinPipe()
	must(t, err)
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = stdin.Close() // ends it
		_ = cmd.Wait()
	})
	return &django{stdin: stdin, stdout: bufio.NewScanner(stdout)}
}

func (d *django) ask(t *testing.T, op, key string, more map[string]any) (o outcome) {
	t.Helper()
	job := map[string]any{"op": op, "key": key}
	for name, value := range more {
		job[name] = value
	}
	must(t, json.NewEncoder(d.stdin).Encode(job))
	if !d.stdout.Scan() {
		t.Fatal("Django is gone")
	}
	must(t, json.Unmarshal(d.stdout.Bytes(), &o))
	return o
}

// wantBoth checks who the session belongs to, here and at Django.
func (d *django) wantBoth(t *testing.T, s *site, key, want string) {
	t.Helper()
	here := ""
	if id, _ := s.visit(t, "sessionid="+key); !id.Anonymous() {
		here = id.User.Username
	}
	if there := d.ask(t, "whoami", key, nil).Username; here != want || there != want {
		t.Errorf("the session is that of %q here and of %q at Django, want %q", here, there, want)
	}
}

// beside is a site and a Django on one database, now.
func beside(t *testing.T, url string) (*site, *django) {
	t.Helper()
	s := newSite(t, gormtest.Open(t, url, nil), func(c *session.Config) { c.Now = time.Now })
	return s, startDjango(t, url, s.keys.SecretKey)
}

func TestSessionsAreSharedWithDjango(t *testing.T) {
	gormtest.EachURL(t, func(t *testing.T, url string) {
		s, there := beside(t, url)
		alice := map[string]any{"username": "alice"}

		t.Run("a login there counts here, a logout here there", func(t *testing.T) {
			key := there.ask(t, "login", "", alice).Key
			there.wantBoth(t, s, key, "alice")
			_, err := s.Revoke(get(t, "sessionid="+key), schemes.Identity{Scheme: session.Name, Key: key})
			must(t, err)
			there.wantBoth(t, s, key, "")
		})
		t.Run("a login here counts there, a logout there here", func(t *testing.T) {
			grant, err := s.Issue(get(t, ""), s.alice)
			must(t, err)
			key := grant.Cookies[0].Value
			there.wantBoth(t, s, key, "alice")
			there.ask(t, "logout", key, nil)
			there.wantBoth(t, s, key, "")
		})
		t.Run("what Django put into a session outlives a login here", func(t *testing.T) {
			cart := map[string]any{"é\u2028": []any{1.5, nil, "\U0001F600"}}
			anonymous := there.ask(t, "set", "", map[string]any{"name": "cart", "value": cart}).Key
			grant, err := s.Issue(get(t, "sessionid="+anonymous), s.alice)
			must(t, err)
			key := grant.Cookies[0].Value
			there.wantBoth(t, s, key, "alice")
			got, err := json.Marshal(there.ask(t, "whoami", key, nil).Entries["cart"])
			must(t, err)
			want, err := json.Marshal(cart)
			must(t, err)
			if string(got) != string(want) {
				t.Errorf("got %s, want %s", got, want)
			}
			there.wantBoth(t, s, anonymous, "")
		})
		t.Run("a change of the password ends the sessions on both sides", func(t *testing.T) {
			theirs := there.ask(t, "login", "", alice).Key
			grant, err := s.Issue(get(t, ""), s.alice)
			must(t, err)
			if ok, err := s.store.SwapPassword(t.Context(), s.alice.ID, s.alice.Password, "new"); !ok || err != nil {
				t.Fatal(ok, err)
			}
			there.wantBoth(t, s, theirs, "")
			there.wantBoth(t, s, grant.Cookies[0].Value, "")
		})
	})
}
