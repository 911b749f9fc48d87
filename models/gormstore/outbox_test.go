package gormstore

import (
	"path/filepath"
	"testing"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

func TestASentMailIsWipedAndADeadOneKept(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		cfg := DefaultConfig()
		cfg.URL = "sqlite:///" + filepath.Join(t.TempDir(), "db.sqlite3")
		s, err := Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		sentIsWiped(t, s)
	})
	t.Run("postgres", func(t *testing.T) { sentIsWiped(t, openServer(t)) })
}

func sentIsWiped(t *testing.T, s *Store) {
	now := time.Now()
	for _, id := range []string{"sent", "dead"} {
		m := &models.OutboxMail{MessageID: id, Sealed: []byte("secret"), State: models.MailQueued, Created: now, Due: now}
		if err := s.AddMail(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		m, err := s.ClaimMail(t.Context(), now, now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if id == "sent" {
			err = s.MarkMailSent(t.Context(), m.ID, now)
		} else {
			err = s.BuryMail(t.Context(), m, now, "refused")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for id, want := range map[string]bool{"sent": false, "dead": true} {
		var kept bool
		err := s.read(t.Context(), func(db *gorm.DB) error {
			return db.Raw("SELECT sealed IS NOT NULL FROM watchword_outbox WHERE message_id = ? AND state = ?", id, id).
				Row().Scan(&kept)
		})
		if err != nil || kept != want {
			t.Errorf("the %s mail keeps its text: %v, %v; want %v", id, kept, err, want)
		}
	}
}
