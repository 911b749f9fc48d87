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

// webhookStore is what a store knows about events that other programs are to be told of.
type webhookStore interface {
	AddWebhook(ctx context.Context, w *models.Webhook) error
	ClaimWebhook(ctx context.Context, endpoint string, now, leaseEnd time.Time) (*models.Webhook, error)
	MarkWebhookDelivered(ctx context.Context, id int64, at time.Time) error
	PostponeWebhook(ctx context.Context, w *models.Webhook, due time.Time, reason string) error
	BuryWebhook(ctx context.Context, w *models.Webhook, at time.Time, reason string) error
	DeleteFinishedWebhooks(ctx context.Context, before time.Time, limit int) (int, error)
	WebhookBacklog(ctx context.Context) (waiting int, oldest time.Time, err error)
}

// hookURL is where the webhooks of these tests go.
const hookURL = "https://example.com/hook"

// newWebhook is a queued webhook of that id, due at moment.
func newWebhook(id string) *models.Webhook {
	return &models.Webhook{
		MessageID: id, Endpoint: hookURL, Event: models.EventPostLogin, Payload: []byte(`{"a":1}`),
		State: models.WebhookQueued, Created: moment, Due: moment,
	}
}

// webhooks runs parts that each leave the queue empty.
func webhooks(t *testing.T, s Store) {
	t.Run("a webhook belongs to the transaction it was added in", func(t *testing.T) { addWebhook(t, s) })
	t.Run("a claimed webhook is whole, and nobody else's until the lease ends", func(t *testing.T) { leaseWebhook(t, s) })
	t.Run("whoever lost the lease changes nothing but that it was delivered", func(t *testing.T) { lostWebhook(t, s) })
	t.Run("of many who claim many webhooks, each has one claimer", func(t *testing.T) { claimWebhooks(t, s) })
	t.Run("the backlog is what is queued, and as old as its oldest", func(t *testing.T) { webhookBacklog(t, s) })
	t.Run("finished and forsaken webhooks are deleted in batches", func(t *testing.T) { deleteWebhooks(t, s) })
}

// claimWebhook claims the next webhook for a minute.
func claimWebhook(t *testing.T, s Store, now time.Time) *models.Webhook {
	t.Helper()
	w, err := s.ClaimWebhook(t.Context(), hookURL, now, now.Add(time.Minute))
	must(t, err)
	return w
}

// wantNoWebhook says that none is due.
func wantNoWebhook(t *testing.T, s Store, now time.Time) {
	t.Helper()
	if w, err := s.ClaimWebhook(t.Context(), hookURL, now, now.Add(time.Minute)); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("ClaimWebhook = %+v, %v; want ErrNotFound", w, err)
	}
}

func addWebhook(t *testing.T, s Store) {
	err := s.Atomic(t.Context(), func(ctx context.Context) error {
		must(t, s.AddWebhook(ctx, newWebhook("undone")))
		return errRefused
	})
	if !errors.Is(err, errRefused) {
		t.Fatalf("Atomic = %v, want errRefused", err)
	}
	wantNoWebhook(t, s, moment)
	w := newWebhook("kept")
	must(t, s.Atomic(t.Context(), func(ctx context.Context) error { return s.AddWebhook(ctx, w) }))
	if err := s.AddWebhook(t.Context(), newWebhook("kept")); !errors.Is(err, models.ErrConflict) {
		t.Errorf("AddWebhook of a known MessageID = %v, want ErrConflict", err)
	}
	must(t, s.MarkWebhookDelivered(t.Context(), w.ID, moment))
}

func leaseWebhook(t *testing.T, s Store) {
	w, end := newWebhook("leased"), moment.Add(time.Minute)
	must(t, s.AddWebhook(t.Context(), w))
	wantNoWebhook(t, s, moment.Add(-time.Microsecond))
	if _, err := s.ClaimWebhook(t.Context(), "https://elsewhere.example", moment, end); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("somebody else's webhook was claimed: %v", err)
	}
	want := *w
	want.Due, want.Attempts = end, 1
	if diff := cmp.Diff(&want, claimWebhook(t, s, moment)); diff != "" {
		t.Errorf("ClaimWebhook (-want +got):\n%s", diff)
	}
	wantNoWebhook(t, s, end.Add(-time.Microsecond))
	again := claimWebhook(t, s, end)
	must(t, s.PostponeWebhook(t.Context(), again, end.Add(time.Hour), "later"))
	wantNoWebhook(t, s, end.Add(time.Hour-time.Microsecond))
	third := claimWebhook(t, s, end.Add(time.Hour))
	if third.ID != w.ID || third.Attempts != 3 || third.Error != "later" {
		t.Errorf("got %+v", third)
	}
	must(t, s.BuryWebhook(t.Context(), third, end, "enough"))
	wantNoWebhook(t, s, end.AddDate(1, 0, 0))
}

func lostWebhook(t *testing.T, s Store) {
	must(t, s.AddWebhook(t.Context(), newWebhook("lost")))
	lost := claimWebhook(t, s, moment)
	held := claimWebhook(t, s, moment.Add(time.Minute))
	must(t, s.BuryWebhook(t.Context(), lost, moment, "not mine"))
	must(t, s.PostponeWebhook(t.Context(), lost, moment, "not mine"))
	wantNoWebhook(t, s, moment.Add(time.Minute))
	if again := claimWebhook(t, s, moment.Add(2*time.Minute)); again.ID != held.ID || again.Error != "" {
		t.Errorf("got %+v", again)
	}
	must(t, s.MarkWebhookDelivered(t.Context(), lost.ID, moment))
	wantNoWebhook(t, s, moment.AddDate(1, 0, 0))
}

func claimWebhooks(t *testing.T, s Store) {
	const many, claimers = 12, 4
	for i := range many {
		must(t, s.AddWebhook(t.Context(), newWebhook(fmt.Sprint("many", i))))
	}
	var mutex sync.Mutex
	var running sync.WaitGroup
	claims := map[int64]int{}
	for range claimers {
		running.Go(func() {
			for {
				w, err := s.ClaimWebhook(t.Context(), hookURL, moment, moment.Add(time.Minute))
				if err != nil {
					if !errors.Is(err, models.ErrNotFound) {
						t.Error(err)
					}
					return
				}
				mutex.Lock()
				claims[w.ID]++
				mutex.Unlock()
				if err := s.MarkWebhookDelivered(t.Context(), w.ID, moment); err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	if len(claims) != many {
		t.Errorf("%d of %d were claimed", len(claims), many)
	}
	for id, n := range claims {
		if n != 1 {
			t.Errorf("webhook %d was claimed %d times", id, n)
		}
	}
}

func deleteWebhooks(t *testing.T, s Store) {
	for {
		n, err := s.DeleteFinishedWebhooks(t.Context(), moment.AddDate(1, 0, 0), 5)
		must(t, err)
		if n < 5 {
			break
		}
	}
	forsaken, fresh := newWebhook("forsaken"), newWebhook("fresh")
	fresh.Due = moment.Add(time.Hour)
	must(t, s.AddWebhook(t.Context(), forsaken))
	must(t, s.AddWebhook(t.Context(), fresh))
	for _, want := range []int{1, 0} {
		if n, err := s.DeleteFinishedWebhooks(t.Context(), moment, 5); err != nil || n != want {
			t.Errorf("DeleteFinishedWebhooks = %d, %v; want %d", n, err, want)
		}
	}
	must(t, s.MarkWebhookDelivered(t.Context(), fresh.ID, moment))
}

func webhookBacklog(t *testing.T, s Store) {
	want := func(waiting int, oldest time.Time) {
		t.Helper()
		n, since, err := s.WebhookBacklog(t.Context())
		if must(t, err); n != waiting || !since.Equal(oldest) {
			t.Errorf("the backlog is %d since %v, want %d since %v", n, since, waiting, oldest)
		}
	}
	want(0, time.Time{})
	old, young := newWebhook("old"), newWebhook("young")
	young.Created = moment.Add(time.Minute)
	must(t, s.AddWebhook(t.Context(), young))
	must(t, s.AddWebhook(t.Context(), old))
	want(2, moment)
	must(t, s.MarkWebhookDelivered(t.Context(), old.ID, moment))
	want(1, young.Created)
	must(t, s.MarkWebhookDelivered(t.Context(), young.ID, moment))
	want(0, time.Time{})
}
