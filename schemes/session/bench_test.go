package session_test

import (
	"testing"

	"watchword/models/gormstore/gormtest"
)

// BenchmarkAuthenticate recognises a user by a session that was used before.
func BenchmarkAuthenticate(b *testing.B) {
	s := newSite(b, gormtest.SQLite(b), nil)
	s.write(b, fixedKey, s.entries("today"))
	r := get(b, "sessionid="+fixedKey)
	b.ReportAllocs()
	for b.Loop() {
		if id, err := s.Authenticate(begin(s, r)); err != nil || id.Anonymous() {
			b.Fatal(id, err)
		}
	}
}
