package harness

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// What is noted of the secrets that a test sends and gets. Short ones may be words that logs have for other reasons.
const (
	leastSecret = 12
	mostSecrets = 200
)

// secretFields are the members of bodies that hold secrets.
var secretFields = []string{"password", "password1", "password2", "new_password1", "old_password", "token", "access", "refresh", "key",
	"sessionid"}

// noteSecrets keeps the secrets of a body, so that the log is searched for them in the end.
func (s *Server) noteSecrets(body []byte) {
	var members map[string]any
	if json.Unmarshal(body, &members) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range secretFields {
		if text, ok := members[name].(string); ok && len(text) >= leastSecret && len(s.secrets) < mostSecrets {
			s.secrets = append(s.secrets, text)
		}
	}
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

// checkLog fails the test when a secret, a panic or a data race is in the log, or in what a command has printed.
func (s *Server) checkLog(t testing.TB) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	faults := search(s.Log(t), slices.Concat(s.cfg.Secrets, s.secrets, []string{SecretKey}))
	for _, fault := range slices.Concat(faults, s.said) {
		t.Error(fault)
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
