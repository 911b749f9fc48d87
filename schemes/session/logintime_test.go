package session_test

import (
	"testing"
	"time"

	"watchword/models/gormstore/gormtest"
	"watchword/schemes"
)

func TestSessionsSayWhenTheLoginWas(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), nil)
	grant, err := s.Issue(get(t, ""), s.alice)
	must(t, err)
	ours := grant.Cookies[0].Value
	allauths, silent := "allauthallauthallauthallauthall1", "silentsilentsilentsilentsilents1"
	former := "formerformerformerformerformer01"
	entries := s.entries("today")
	s.write(t, silent, entries)
	entries["account_authentication_methods"] = []map[string]any{{"method": "x", "at": 1.5}, {"method": "password", "at": 1700000000.25}}
	s.write(t, allauths, entries)
	delete(entries, "account_authentication_methods")
	entries["_watchword_login"] = 1700000001
	s.write(t, former, entries)
	for key, want := range map[string]time.Time{
		ours: start.UTC(), allauths: time.Unix(1700000000, 0).UTC(), former: time.Unix(1700000001, 0).UTC(), silent: {}, "gonegonegonegone": {},
	} {
		got, err := s.LoggedInAt(t.Context(), schemes.Identity{User: s.alice, Scheme: "session", Key: key})
		if err != nil || !got.Equal(want) {
			t.Errorf("LoggedInAt(%s) = %v, %v; want %v", key, got, err, want)
		}
	}
}
