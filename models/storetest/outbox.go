package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// outboxStore is what a store knows about mails that wait to be sent.
type outboxStore interface {
	AfterCommit(ctx context.Context, fn func())
	AddMail(ctx context.Context, m *models.OutboxMail) error
	DropMail(ctx context.Context, id int64) error
	ClaimMail(ctx context.Context, now, leaseEnd time.Time) (*models.OutboxMail, error)
	MarkMailSent(ctx context.Context, id int64, at time.Time) error
	PostponeMail(ctx context.Context, m *models.OutboxMail, due time.Time, attempts int, reason string) error
	BuryMail(ctx context.Context, m *models.OutboxMail, at time.Time, reason string) error
	MailBacklog(ctx context.Context) (waiting int, oldest time.Time, err error)
	DeleteFinishedMails(ctx context.Context, before time.Time, limit int) (int, error)
}

// newMail is a queued mail of that id, due at moment.
func newMail(id string) *models.OutboxMail {
	return &models.OutboxMail{
		MessageID: id + "@example.com", Recipient: "to@example.com", Sealed: []byte{0, 1, 0xff}, State: models.MailQueued,
		Created: moment, Due: moment,
	}
}

// outbox runs parts that each leave the queue empty.
func outbox(t *testing.T, s Store) {
	t.Run("a mail belongs to the transaction it was added in", func(t *testing.T) { addMail(t, s) })
	t.Run("what waits for the commit is called after it or never", func(t *testing.T) { afterCommit(t, s) })
	t.Run("a claimed mail is whole, and nobody else's until the lease ends", func(t *testing.T) { lease(t, s) })
	t.Run("the mail that is due for longest comes first", func(t *testing.T) { claimInOrder(t, s) })
	t.Run("a postponed mail waits, and a dead one is left alone", func(t *testing.T) { postponeAndBury(t, s) })
	t.Run("whoever lost the lease changes nothing but that a mail was sent", func(t *testing.T) { lostLease(t, s) })
	t.Run("of many who claim many mails, each mail has one claimer", func(t *testing.T) { claimAtOnce(t, s) })
	t.Run("the backlog is what is queued", func(t *testing.T) { backlog(t, s) })
	t.Run("finished mails are deleted in batches, the queued are kept", func(t *testing.T) { deleteFinished(t, s) })
}

func addMail(t *testing.T, s Store) {
	err := s.Atomic(t.Context(), func(ctx context.Context) error {
		must(t, s.AddMail(ctx, newMail("undone")))
		return errRefused
	})
	if !errors.Is(err, errRefused) {
		t.Fatalf("Atomic = %v, want errRefused", err)
	}
	wantNoneDue(t, s, moment)

	m := newMail("kept")
	must(t, s.Atomic(t.Context(), func(ctx context.Context) error { return s.AddMail(ctx, m) }))
	if m.ID == 0 {
		t.Error("AddMail left the ID 0")
	}
	if err := s.AddMail(t.Context(), newMail("kept")); !errors.Is(err, models.ErrConflict) {
		t.Errorf("AddMail of a known MessageID = %v, want ErrConflict", err)
	}
	finish(t, s, claim(t, s, moment))

	dropped := newMail("dropped")
	must(t, s.Atomic(t.Context(), func(ctx context.Context) error {
		must(t, s.AddMail(ctx, dropped))
		return s.DropMail(ctx, dropped.ID)
	}))
	must(t, s.DropMail(t.Context(), dropped.ID))
	wantNoneDue(t, s, moment)
}

func afterCommit(t *testing.T, s Store) {
	var calls []string
	note := func(call string) func() { return func() { calls = append(calls, call) } }
	s.AfterCommit(t.Context(), note("no transaction"))
	must(t, s.Atomic(t.Context(), func(ctx context.Context) error {
		s.AfterCommit(ctx, note("outer"))
		must(t, s.Atomic(ctx, func(ctx context.Context) error {
			s.AfterCommit(ctx, note("nested"))
			return nil
		}))
		calls = append(calls, "the end")
		return nil
	}))
	must(t, s.Atomic(t.Context(), func(ctx context.Context) error {
		s.AfterCommit(ctx, func() {
			if err := s.Atomic(ctx, func(ctx context.Context) error { return s.AddMail(ctx, newMail("after")) }); err != nil {
				t.Errorf("the context cannot be used after the commit: %v", err)
			}
		})
		return nil
	}))
	finish(t, s, claim(t, s, moment))
	_ = s.Atomic(t.Context(), func(ctx context.Context) error {
		s.AfterCommit(ctx, note("undone"))
		return errRefused
	})
	if diff := cmp.Diff([]string{"no transaction", "the end", "outer", "nested"}, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func lease(t *testing.T, s Store) {
	m, end := newMail("leased"), moment.Add(time.Minute)
	must(t, s.AddMail(t.Context(), m))
	wantNoneDue(t, s, moment.Add(-time.Microsecond))
	got, err := s.ClaimMail(t.Context(), moment, end)
	must(t, err)
	want := *m
	want.Due, want.Attempts = end, 1
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("ClaimMail (-want +got):\n%s", diff)
	}
	wantNoneDue(t, s, end.Add(-time.Microsecond))
	again := claim(t, s, end)
	if again.ID != m.ID || again.Attempts != 2 {
		t.Errorf("after the lease: mail %d at attempt %d, want %d at 2", again.ID, again.Attempts, m.ID)
	}
	finish(t, s, again)
	wantNoneDue(t, s, end.AddDate(1, 0, 0))
}

func claimInOrder(t *testing.T, s Store) {
	for i, seconds := range []int{3, 1, 2, 1} {
		m := newMail(fmt.Sprint("order", i))
		m.Due = moment.Add(time.Duration(seconds) * time.Second)
		must(t, s.AddMail(t.Context(), m))
	}
	for _, want := range []string{"order1", "order3", "order2", "order0"} {
		m := claim(t, s, moment.Add(time.Minute))
		if m.MessageID != want+"@example.com" {
			t.Errorf("claimed %s, want %s", m.MessageID, want)
		}
		finish(t, s, m)
	}
}

func postponeAndBury(t *testing.T, s Store) {
	must(t, s.AddMail(t.Context(), newMail("postponed")))
	due := moment.Add(time.Hour)
	must(t, s.PostponeMail(t.Context(), claim(t, s, moment), due, 1, "busy"))
	wantNoneDue(t, s, due.Add(-time.Microsecond))
	m := claim(t, s, due)
	if m.Attempts != 2 || m.Error != "busy" {
		t.Errorf("attempt %d after %q, want 2 after busy", m.Attempts, m.Error)
	}
	must(t, s.PostponeMail(t.Context(), m, due, 1, "away"))
	if m = claim(t, s, due); m.Attempts != 2 {
		t.Errorf("attempt %d, want 2: the one before was given back", m.Attempts)
	}
	must(t, s.BuryMail(t.Context(), m, due, "no such mailbox"))
	wantNoneDue(t, s, due.AddDate(1, 0, 0))
}

func lostLease(t *testing.T, s Store) {
	must(t, s.AddMail(t.Context(), newMail("contested")))
	slow := claim(t, s, moment)
	quick := claim(t, s, slow.Due)
	must(t, s.PostponeMail(t.Context(), slow, moment, 1, "too late"))
	wantNoneDue(t, s, quick.Due.Add(-time.Microsecond))
	must(t, s.BuryMail(t.Context(), slow, moment, "too late"))
	if waiting, _, err := s.MailBacklog(t.Context()); err != nil || waiting != 1 {
		t.Errorf("%d mails are waiting, %v; want the one that somebody else has", waiting, err)
	}
	finish(t, s, slow)
	must(t, s.PostponeMail(t.Context(), quick, moment, 2, "sent by somebody else"))
	must(t, s.BuryMail(t.Context(), quick, moment, "sent by somebody else"))
	wantNoneDue(t, s, moment.AddDate(1, 0, 0))
	must(t, s.MarkMailSent(t.Context(), slow.ID, moment))
	must(t, s.MarkMailSent(t.Context(), -1, moment))
}

func claimAtOnce(t *testing.T, s Store) {
	for i := range 2 * callers {
		must(t, s.AddMail(t.Context(), newMail(fmt.Sprint("raced", i))))
	}
	var mutex sync.Mutex
	claims := map[int64]int{}
	parallel(t, func(int) error {
		for {
			m, err := s.ClaimMail(t.Context(), moment, moment.Add(time.Minute))
			if errors.Is(err, models.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			mutex.Lock()
			claims[m.ID]++
			mutex.Unlock()
			if err := s.MarkMailSent(t.Context(), m.ID, moment); err != nil {
				return err
			}
		}
	})
	if len(claims) != 2*callers {
		t.Errorf("%d mails were claimed, want %d", len(claims), 2*callers)
	}
	for id, n := range claims {
		if n != 1 {
			t.Errorf("mail %d was claimed %d times", id, n)
		}
	}
}

func backlog(t *testing.T, s Store) {
	if n, oldest, err := s.MailBacklog(t.Context()); err != nil || n != 0 || !oldest.IsZero() {
		t.Errorf("of an empty queue: %d since %v, %v; want none", n, oldest, err)
	}
	for i := range 3 {
		m := newMail(fmt.Sprint("waiting", i))
		m.Created = moment.Add(time.Duration(i) * time.Minute)
		must(t, s.AddMail(t.Context(), m))
	}
	finish(t, s, claim(t, s, moment))
	claimed := claim(t, s, moment)
	n, oldest, err := s.MailBacklog(t.Context())
	if want := moment.Add(time.Minute); err != nil || n != 2 || !oldest.Equal(want) {
		t.Errorf("MailBacklog = %d since %v, %v; want 2 since %v", n, oldest, err, want)
	}
	finish(t, s, claimed)
	finish(t, s, claim(t, s, moment))
}

func deleteFinished(t *testing.T, s Store) {
	long := moment.AddDate(10, 0, 0)
	_, err := s.DeleteFinishedMails(t.Context(), long, 1000)
	must(t, err)
	for i := range 3 {
		must(t, s.AddMail(t.Context(), newMail(fmt.Sprint("finished", i))))
		m := claim(t, s, moment)
		if i == 1 {
			must(t, s.BuryMail(t.Context(), m, moment, "dead"))
		} else {
			must(t, s.MarkMailSent(t.Context(), m.ID, moment))
		}
	}
	must(t, s.AddMail(t.Context(), newMail("alive")))
	if got, err := s.DeleteFinishedMails(t.Context(), moment.Add(-time.Microsecond), 10); err != nil || got != 0 {
		t.Errorf("a microsecond early: %d, %v; want 0", got, err)
	}
	for _, want := range []int{2, 1, 0} {
		if got, err := s.DeleteFinishedMails(t.Context(), moment, 2); err != nil || got != want {
			t.Errorf("DeleteFinishedMails = %d, %v; want %d", got, err, want)
		}
	}
	if m := claim(t, s, moment); m.MessageID != "alive@example.com" {
		t.Errorf("claimed %s, want the one that was queued", m.MessageID)
	}
}

// claim takes the next mail at now for a minute.
func claim(t *testing.T, s Store, now time.Time) *models.OutboxMail {
	t.Helper()
	m, err := s.ClaimMail(t.Context(), now, now.Add(time.Minute))
	if err != nil {
		t.Fatalf("ClaimMail: %v", err)
	}
	return m
}

// finish marks a mail as sent.
func finish(t *testing.T, s Store, m *models.OutboxMail) {
	t.Helper()
	must(t, s.MarkMailSent(t.Context(), m.ID, moment))
}

func wantNoneDue(t *testing.T, s Store, now time.Time) {
	t.Helper()
	if m, err := s.ClaimMail(t.Context(), now, now.Add(time.Minute)); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("ClaimMail = %v, %v; want ErrNotFound", m, err)
	}
}
