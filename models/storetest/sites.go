package storetest

import (
	"context"
	"errors"
	"testing"

	"watchword/models"
)

// siteStore is what a store knows about sites.
type siteStore interface {
	Site(ctx context.Context, id int64) (*models.Site, error)
}

func sites(t *testing.T, s Store) {
	t.Run("the site that Django's own migrations make is found", func(t *testing.T) {
		got, err := s.Site(t.Context(), 1)
		must(t, err)
		if want := (models.Site{ID: 1, Domain: "example.com", Name: "example.com"}); *got != want {
			t.Errorf("got %+v, want %+v", *got, want)
		}
	})
	t.Run("others are not", func(t *testing.T) {
		for _, id := range []int64{0, -1, 2, 1 << 40} {
			if got, err := s.Site(t.Context(), id); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("Site(%d) = %+v, %v; want ErrNotFound", id, got, err)
			}
		}
	})
}
