package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// newInvitingWorkplace is a workplace whose servers write mails into a folder, which it returns.
func newInvitingWorkplace(t *testing.T) (*workplace, string) {
	t.Helper()
	folder := t.TempDir()
	return newWorkplace(t, "DJANGO_SUPERUSER_PASSWORD="+goodPassword, "WATCHWORD_EMAIL_BACKEND=filebased",
		"WATCHWORD_EMAIL_FILE_PATH="+folder, "WATCHWORD_AI_KIT_AUTH__FRONTEND__URL=https://app.example.com"), folder
}

var activationLink = regexp.MustCompile(`https://app\.example\.com/auth/activation\?ident=(\d+)&token=([0-9a-z]+-[0-9a-f]+)`)

// activationFrom waits for a mail in folder and returns what the link in it says.
func activationFrom(t *testing.T, folder string) url.Values {
	t.Helper()
	for t.Context().Err() == nil {
		for _, mail := range mailsIn(t, folder) {
			if m := activationLink.FindStringSubmatch(mail); m != nil {
				return url.Values{"ident": {m[1]}, "token": {m[2]}}
			}
		}
	}
	return nil
}

// mailsIn are the mails in a folder that have been written to their end.
func mailsIn(t *testing.T, folder string) (texts []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "[^.]*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	return texts
}

func TestAnInvitedUserLogsInOnceTheLinkWasFollowed(t *testing.T) {
	w, folder := newInvitingWorkplace(t)
	w.run(t, "", "createuser", "--noinput", "--username", "ann", "--email", "ann@example.com", "--send-activation").
		expect(t, exitOK, "User 'ann' created successfully. An activation mail is waiting to be sent.")
	w.run(t, "", "sendactivation", "ann").expect(t, exitOK, "An activation mail to user 'ann' is waiting to be sent.")
	s := w.serve(t)
	opened := url.Values{"username": {"ann"}, "password": {goodPassword}}
	if status, _ := s.do(t, http.MethodPost, "/api/token/", "", opened); status != 401 {
		t.Errorf("a login before the link was followed: %d", status)
	}
	link := activationFrom(t, folder)
	if status, body := s.do(t, http.MethodPost, "/api/v1/auth/activate_email/", "", link); status != 200 {
		t.Fatalf("the link: %d %v", status, body)
	}
	if status, _ := s.do(t, http.MethodPost, "/api/token/", "", opened); status != 200 {
		t.Errorf("a login afterwards: %d", status)
	}
	w.run(t, "", "sendactivation", "ann").expect(t, exitOK, "User 'ann' is active already.")
	w.must(t, "deactivateuser", "ann")
	w.run(t, "", "sendactivation", "ann", "nobody").
		expect(t, exitFailed, "user 'ann': was disabled", "user 'nobody' does not exist")
	if status, _ := s.do(t, http.MethodPost, "/api/v1/auth/activate_email/", "", link); status != 400 {
		t.Errorf("the link of a disabled user: %d", status)
	}
}

func TestNobodyIsCreatedWhoCannotBeInvited(t *testing.T) {
	w, _ := newInvitingWorkplace(t)
	create := []string{"createuser", "--noinput", "--send-activation", "--username", "ann"}
	w.run(t, "", create...).expect(t, exitUsage, "--send-activation needs an e-mail address")
	w.run(t, "", append(create, "--email", "ann@example.com\nBcc: eve@example.com")...).
		expect(t, exitFailed, "no mail can be sent to that address")
	if got := w.must(t, "dumpdata", "auth.user"); strings.TrimSpace(got) != "[]" {
		t.Errorf("somebody was created: %s", got)
	}
	w.environ = w.environ[:len(w.environ)-1]
	w.run(t, "", "sendactivation", "ann").expect(t, exitUsage, "AI_KIT_AUTH.FRONTEND.URL: ")
}
