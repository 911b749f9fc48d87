package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// events returns the events of lines as auditlog prints them.
func events(out string) string {
	var list []string
	for line := range strings.Lines(out) {
		list = append(list, strings.Fields(line)[1])
	}
	return strings.Join(list, " ")
}

// TestAuditLogTellsWhatHappened does things by requests and by commands, and reads them in the log.
func TestAuditLogTellsWhatHappened(t *testing.T) {
	w := newWorkplace(t)
	s := w.serve(t, "WATCHWORD_REGISTRATION_ENABLED=true")
	ana := url.Values{"username": {"ana"}, "password": {goodPassword}}
	s.do(t, http.MethodPost, "/auth/register/", "", ana)
	_, body := s.do(t, http.MethodPost, "/auth/login/", "", ana)
	token, _ := body["token"].(string)
	s.do(t, http.MethodPost, "/auth/login/", "", url.Values{"username": {"ana"}, "password": {"not-" + goodPassword}})
	s.do(t, http.MethodPost, "/auth/login/", "", url.Values{"username": {goodPassword}, "password": {"ana"}}) // mixed up
	request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, s.url+"/auth/logout/", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Token "+token)
	request.Header.Set("X-Request-ID", "the-logout")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	w.run(t, "jabberwock-7\njabberwock-7\n", "changepassword", "ana").expect(t, exitOK)
	w.must(t, "deactivateuser", "ana")

	all := w.must(t, "auditlog")
	const want = "registered login login_refused login_refused logout password_changed deactivated"
	if got := events(all); got != want {
		t.Errorf("got %s, want %s\n%s", got, want, all)
	}
	for _, text := range []string{
		" login user=ana id=1 scheme=authtoken client=127.0.0.1 route=/auth/login/ request=",
		" login_refused user=ana id=1 client=127.0.0.1 route=/auth/login/ ", " login_refused client=127.0.0.1 route=/auth/login/ ",
		"route=/auth/logout/ request=the-logout\n", ` password_changed user=ana id=1 client="uid `, `route="command changepassword"`,
	} {
		if !strings.Contains(all, text) {
			t.Errorf("%q is not in\n%s", text, all)
		}
	}
	for _, secret := range []string{goodPassword, token, "jabberwock"} {
		if strings.Contains(all, secret) {
			t.Errorf("a secret is in the log:\n%s", all)
		}
	}
	for _, test := range []struct{ options, want string }{
		{"--user ana", strings.Replace(want, " login_refused", "", 1)},
		{"--user nobody", ""},
		{"--event login,logout", "login logout"},
		{"--since 1h", want},
		{"--since 2100-01-01", ""},
		{"--user ana --event login_refused --since 2020-01-01T00:00:00Z", "login_refused"},
	} {
		if got := events(w.must(t, append([]string{"auditlog"}, strings.Fields(test.options)...)...)); got != test.want {
			t.Errorf("%s: got %q, want %q", test.options, got, test.want)
		}
	}
	var line struct{ Event, Username, Client, Route, Time string }
	if err := json.Unmarshal([]byte(w.must(t, "auditlog", "--json", "--event", "login")), &line); err != nil {
		t.Fatal(err)
	}
	if line.Event != "login" || line.Username != "ana" || line.Client != "127.0.0.1" || line.Route != "/auth/login/" {
		t.Errorf("as JSON: %+v", line)
	}
}

func TestAuditLogRefusesOptionsThatMakeNoSense(t *testing.T) {
	w := newWorkplace(t)
	w.run(t, "", "auditlog", "--since", "yesterday").expect(t, exitUsage, "--since: must be like")
	w.run(t, "", "auditlog", "--event", "lunch").expect(t, exitUsage, `there is no event "lunch"`, "login_refused")
}

func TestAuditLogCanBeTurnedOff(t *testing.T) {
	w := newWorkplace(t, "WATCHWORD_AUDIT_LOG=false", "DJANGO_SUPERUSER_PASSWORD="+goodPassword)
	w.must(t, "createsuperuser", "--noinput", "--username=ana", "--email=ana@example.com")
	if got := w.must(t, "auditlog"); got != "" {
		t.Errorf("got %s", got)
	}
}

// TestFollowingTheAuditLogPrintsWhatHappensOnce follows while entries are made, and then stops.
func TestFollowingTheAuditLogPrintsWhatHappensOnce(t *testing.T) {
	w := newWorkplace(t, "DJANGO_SUPERUSER_PASSWORD="+goodPassword)
	create := func(name string) {
		w.must(t, "createsuperuser", "--noinput", "--username="+name, "--email="+name+"@example.com")
	}
	create("ana")
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"auditlog", "--follow"}, w.environ, strings.NewReader(""), writer, io.Discard)
		_ = writer.Close()
	}()
	t.Cleanup(func() { _ = reader.Close() }) // who follows a test that has failed does not wait to be read
	var printed bytes.Buffer
	buffer := make([]byte, 4096)
	for _, step := range []struct{ until, then string }{{"user=ana ", "bea"}, {"user=bea ", ""}} {
		for !strings.Contains(printed.String(), step.until) {
			n, err := reader.Read(buffer)
			printed.Write(buffer[:n])
			if err != nil {
				t.Fatalf("%v after\n%s", err, &printed)
			}
		}
		if step.then != "" {
			create(step.then)
		}
	}
	stop()
	rest, _ := io.ReadAll(reader)
	printed.Write(rest)
	if code := <-ended; code != exitOK {
		t.Errorf("exit code %d", code)
	}
	if got := events(printed.String()); got != "registered registered" {
		t.Errorf("got %s", &printed)
	}
}
