package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// refreshFamilyStore keeps which refresh tokens followed each other.
type refreshFamilyStore interface {
	RefreshState(ctx context.Context, jti string) (models.RefreshState, error)
	StartFamily(ctx context.Context, r models.RefreshRotation) error
	AdvanceFamily(ctx context.Context, r models.RefreshRotation) (bool, error)
	FamilyOfRetired(ctx context.Context, jti string) (*models.RefreshFamily, error)
	EndFamily(ctx context.Context, id string, at time.Time) (bool, error)
	DeleteExpiredFamilies(ctx context.Context, now time.Time, limit int) (int, error)
}

// rotation trades one token for another.
func rotation(parent, child string) models.RefreshRotation {
	return models.RefreshRotation{
		Parent: parent, ParentExpiresAt: moment.Add(time.Hour), Child: child, ChildExpiresAt: moment.Add(2 * time.Hour),
		Access: "access of " + child, At: moment, StartedAt: moment.Add(-time.Hour),
	}
}

// startFamily makes a family of two tokens, of which the first has ended.
func startFamily(t *testing.T, s Store, parent, child string) {
	t.Helper()
	must(t, s.RecordOutstanding(t.Context(), newToken(parent)))
	wantFirst(t, s, newToken(parent), true)
	must(t, s.RecordOutstanding(t.Context(), newToken(child)))
	must(t, s.StartFamily(t.Context(), rotation(parent, child)))
}

func refreshFamilies(t *testing.T, s Store) {
	t.Run("a family is found by its current and by its retired tokens", func(t *testing.T) { followFamily(t, s) })
	t.Run("a family that has ended goes no further", func(t *testing.T) { endFamily(t, s) })
	t.Run("a token that nobody knows is in no family", func(t *testing.T) {
		for _, jti := range []string{"", "stranger", "nul\x00", "\xff"} {
			wantState(t, s, jti, models.RefreshState{})
			if _, err := s.FamilyOfRetired(t.Context(), jti); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("FamilyOfRetired(%q) = %v, want ErrNotFound", jti, err)
			}
		}
		wantAdvanced(t, s, rotation("stranger", "x"), false)
		if ended, err := s.EndFamily(t.Context(), "stranger", moment); err != nil || ended {
			t.Errorf("EndFamily = %v, %v; want false", ended, err)
		}
	})
	t.Run("a token that was taken off the blacklist begins its family anew", func(t *testing.T) {
		startFamily(t, s, "again1", "again2")
		if _, err := s.EndFamily(t.Context(), "again1", moment); err != nil {
			t.Fatal(err)
		}
		must(t, s.StartFamily(t.Context(), rotation("again1", "again3")))
		wantAdvanced(t, s, rotation("again3", "again4"), true)
	})
	t.Run("of many who advance a family, one does", func(t *testing.T) {
		startFamily(t, s, "raced1", "raced2")
		wantOneWinner(t, func(i int) (bool, error) {
			return s.AdvanceFamily(t.Context(), rotation("raced2", fmt.Sprint("raced3-", i)))
		})
	})
	t.Run("no token survives the end of its family, whoever advances it meanwhile", func(t *testing.T) { endWhileAdvancing(t, s) })
	t.Run("expired families and retired tokens are deleted in batches", func(t *testing.T) { deleteFamilies(t, s) })
}

func followFamily(t *testing.T, s Store) {
	startFamily(t, s, "one", "two")
	wantState(t, s, "one", models.RefreshState{Ended: true})
	wantState(t, s, "two", models.RefreshState{StartedAt: moment.Add(-time.Hour)})
	next := rotation("two", "three")
	next.At, next.ChildExpiresAt = moment.Add(time.Minute), moment.Add(3*time.Hour)
	wantAdvanced(t, s, next, true)
	wantAdvanced(t, s, rotation("two", "four"), false)
	want := &models.RefreshFamily{
		ID: "one", StartedAt: moment.Add(-time.Hour), Parent: "two", Current: "three", Access: "access of three",
		RotatedAt: moment.Add(time.Minute), ExpiresAt: moment.Add(3 * time.Hour), Alive: true,
	}
	for _, retired := range []string{"one", "two"} {
		got, err := s.FamilyOfRetired(t.Context(), retired)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the family of %s (-want +got):\n%s", retired, diff)
		}
	}
	wantFirst(t, s, newToken("three"), true)
	if got, err := s.FamilyOfRetired(t.Context(), "one"); err != nil || got.Alive {
		t.Errorf("got %+v, %v; want a family that does not outlive its current token", got, err)
	}
}

func endFamily(t *testing.T, s Store) {
	startFamily(t, s, "ended1", "ended2")
	for _, want := range []bool{true, false} {
		if ended, err := s.EndFamily(t.Context(), "ended1", moment); err != nil || ended != want {
			t.Errorf("EndFamily = %v, %v; want %v", ended, err, want)
		}
	}
	wantBlacklisted(t, s, "ended2", true)
	wantAdvanced(t, s, rotation("ended2", "ended3"), false)
	if got, err := s.FamilyOfRetired(t.Context(), "ended1"); err != nil || got.Alive {
		t.Errorf("got %+v, %v; want a family that has ended", got, err)
	}
}

// endWhileAdvancing lets one caller of many end a family, and the others trade its token for new ones.
func endWhileAdvancing(t *testing.T, s Store) {
	startFamily(t, s, "fought1", "fought2")
	parallel(t, func(i int) error {
		if i == 0 {
			_, err := s.EndFamily(t.Context(), "fought1", moment)
			return err
		}
		child := newToken(fmt.Sprint("fought3-", i))
		lost := errors.New("lost")
		err := s.Atomic(t.Context(), func(ctx context.Context) error {
			advanced, err := s.AdvanceFamily(ctx, rotation("fought2", child.JTI))
			if err != nil || !advanced {
				return errors.Join(err, lost)
			}
			if first, err := s.Blacklist(ctx, newToken("fought2"), moment); err != nil || !first {
				return errors.Join(err, lost)
			}
			return s.RecordOutstanding(ctx, child)
		})
		if errors.Is(err, lost) {
			return nil
		}
		return err
	})
	wantBlacklisted(t, s, "fought2", true)
	f, err := s.FamilyOfRetired(t.Context(), "fought1")
	must(t, err)
	wantBlacklisted(t, s, f.Current, true)
	wantAdvanced(t, s, rotation(f.Current, "fought4"), false)
}

func deleteFamilies(t *testing.T, s Store) {
	now := moment.Add(100 * time.Hour)
	for {
		if n, err := s.DeleteExpiredFamilies(t.Context(), now, 100); err != nil || n == 0 {
			must(t, err)
			break
		}
	}
	for i := range 3 {
		startFamily(t, s, fmt.Sprint("old", i), fmt.Sprint("young", i))
	}
	for _, step := range []struct {
		at   time.Time
		want int
	}{
		{moment, 0}, {moment.Add(time.Hour), 2}, {moment.Add(time.Hour), 1}, {moment.Add(time.Hour), 0},
	} {
		if n, err := s.DeleteExpiredFamilies(t.Context(), step.at, 2); err != nil || n != step.want {
			t.Errorf("DeleteExpiredFamilies = %d, %v; want %d", n, err, step.want)
		}
	}
	wantState(t, s, "young0", models.RefreshState{StartedAt: moment.Add(-time.Hour)})
	if n, err := s.DeleteExpiredFamilies(t.Context(), moment.Add(2*time.Hour), 10); err != nil || n != 3 {
		t.Errorf("DeleteExpiredFamilies = %d, %v; want 3", n, err)
	}
	wantState(t, s, "young0", models.RefreshState{})
}

func wantState(t *testing.T, s Store, jti string, want models.RefreshState) {
	t.Helper()
	got, err := s.RefreshState(t.Context(), jti)
	if err != nil {
		t.Errorf("RefreshState(%q): %v", jti, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("RefreshState(%q) (-want +got):\n%s", jti, diff)
	}
}

func wantAdvanced(t *testing.T, s Store, r models.RefreshRotation, want bool) {
	t.Helper()
	if got, err := s.AdvanceFamily(t.Context(), r); err != nil || got != want {
		t.Errorf("AdvanceFamily(%q) = %v, %v; want %v", r.Parent, got, err, want)
	}
}
