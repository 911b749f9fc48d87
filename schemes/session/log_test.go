package session_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"watchword/auth/signing"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes/session"
)

func TestASessionThatCannotBeReadIsLoggedWithoutWhatIsInIt(t *testing.T) {
	var log bytes.Buffer
	s := newSite(t, gormtest.SQLite(t), func(c *session.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	good, err := signing.NewSigner(s.keys, salt).Dumps(s.entries("today"))
	must(t, err)
	s.writeText(t, fixedKey, good)
	s.visit(t, "sessionid="+fixedKey)
	if log.Len() > 0 {
		t.Errorf("a good session is logged: %s", &log)
	}
	for _, text := range []string{good + "x", "gASVEAAAAAAAAAB9lIwBYZRLAXMu", "garbage"} {
		log.Reset()
		s.writeText(t, fixedKey, text)
		if id, _ := s.visit(t, "sessionid="+fixedKey); !id.Anonymous() {
			t.Errorf("%s: the session is somebody's", text)
		}
		line := log.String()
		if strings.Count(line, "a session cannot be read") != 1 || strings.Count(line, "\n") != 1 {
			t.Errorf("%s: logged %q, want one line", text, line)
		}
		if strings.Contains(line, text) || strings.Contains(line, fixedKey) {
			t.Errorf("the line tells what is in the session, or its key: %s", line)
		}
	}
}
