package storetest

import (
	"fmt"
	"testing"
	"time"
)

func leases(t *testing.T, s Store) {
	later := moment.Add(time.Minute)
	wantOneWinner(t, func(i int) (bool, error) {
		return s.AcquireLease(t.Context(), "raced", fmt.Sprint("holder", i), moment, later)
	})
	for _, step := range []struct {
		name, holder string
		now          time.Time
		want         bool
	}{
		{"free", "a", moment, true},
		{"its own", "a", moment, true},
		{"another's", "b", moment, false},
		{"run out", "b", later, true},
		{"not any more its own", "a", moment, false},
	} {
		got, err := s.AcquireLease(t.Context(), "job", step.holder, step.now, later)
		if err != nil || got != step.want {
			t.Errorf("%s: AcquireLease = %v, %v; want %v", step.name, got, err, step.want)
		}
	}
	must(t, s.ReleaseLease(t.Context(), "job", "a"))
	if got, err := s.AcquireLease(t.Context(), "job", "a", moment, later); err != nil || got {
		t.Errorf("after a stranger's release: AcquireLease = %v, %v; want false", got, err)
	}
	must(t, s.ReleaseLease(t.Context(), "job", "b"))
	if got, err := s.AcquireLease(t.Context(), "job", "a", moment, later); err != nil || !got {
		t.Errorf("after the release: AcquireLease = %v, %v; want true", got, err)
	}
	if n, err := s.DeleteExpiredLeases(t.Context(), moment, 10); err != nil || n != 0 {
		t.Errorf("before they run out: DeleteExpiredLeases = %d, %v; want 0", n, err)
	}
	for _, want := range []int{1, 1, 0} { // raced and job
		if n, err := s.DeleteExpiredLeases(t.Context(), later, 1); err != nil || n != want {
			t.Errorf("after that: DeleteExpiredLeases = %d, %v; want %d", n, err, want)
		}
	}
}
