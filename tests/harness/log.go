package harness

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// secretForms are texts that no log may hold: tokens, keys, stored password hashes.
var secretForms = map[string]*regexp.Regexp{
	"a token":         regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`),
	"a private key":   regexp.MustCompile(`PRIVATE KEY`),
	"a password hash": regexp.MustCompile(`(pbkdf2_sha\w+|argon2|bcrypt\w*|scrypt|md5)\$\S+\$\S+`),
}

// Log is what the server has written so far, to its standard output and error.
func (s *Server) Log(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(s.log.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// checkLog fails the test when a secret, a panic or a data race is in the log.
func (s *Server) checkLog(t testing.TB) {
	t.Helper()
	log := s.Log(t)
	for what, form := range secretForms {
		if line := lineOf(log, form.FindStringIndex(log)); line != "" {
			t.Errorf("%s is in the log: %s", what, line)
		}
	}
	for _, secret := range s.cfg.Secrets {
		if i := strings.Index(log, secret); i >= 0 {
			t.Errorf("a secret is in the log: %s", lineOf(log, []int{i, i}))
		}
	}
	for _, word := range []string{"DATA RACE", "goroutine ", "panic"} {
		if i := strings.Index(log, word); i >= 0 {
			t.Errorf("the log tells of a fault: %s", lineOf(log, []int{i, i}))
		}
	}
}

// lineOf is the line around a place in text; "" without a place.
func lineOf(text string, place []int) string {
	if place == nil {
		return ""
	}
	from := strings.LastIndexByte(text[:place[0]], '\n') + 1
	line, _, _ := strings.Cut(text[from:], "\n")
	if len(line) > 400 {
		line = line[:400] + "..."
	}
	return line
}

// shownLines is how much of a log is shown of a server whose test failed.
const shownLines = 60

// tail is the last lines of a log, and says how many it leaves out.
func tail(log string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(log, "\n"), "\n")
	left := len(lines) - shownLines
	if left <= 0 {
		return log
	}
	return fmt.Sprintf("(%d earlier lines left out)\n", left) + strings.Join(lines[left:], "")
}
