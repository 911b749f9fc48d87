package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// inRequest calls fn in a request that has a second, and whose client's going away is gone.
func inRequest(t *testing.T, fn func(ctx context.Context, gone func())) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client, gone := context.WithCancel(t.Context())
		defer gone()
		r := httptest.NewRequestWithContext(client, http.MethodGet, "/", nil)
		h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { fn(r.Context(), gone) })
		withDeadline(h, time.Second).ServeHTTP(httptest.NewRecorder(), r)
	})
}

func TestARequestEndsAtItsDeadline(t *testing.T) {
	inRequest(t, func(ctx context.Context, _ func()) {
		begin := time.Now()
		if at, ok := ctx.Deadline(); !ok || !at.Equal(begin.Add(time.Second)) {
			t.Errorf("the deadline is %v, %v", at, ok)
		}
		time.Sleep(999 * time.Millisecond)
		if err := ctx.Err(); err != nil {
			t.Errorf("ended before the deadline: %v", err)
		}
		time.Sleep(time.Millisecond)
		if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("for who only asks: %v", err)
		}
		<-ctx.Done()
		if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("for who waited: %v", err)
		}
	})
	inRequest(t, func(ctx context.Context, _ func()) {
		begin := time.Now()
		type key struct{}
		within, cancel := context.WithTimeout(context.WithValue(ctx, key{}, 1), time.Minute)
		defer cancel()
		<-within.Done()
		if took := time.Since(begin); took != time.Second || !errors.Is(within.Err(), context.DeadlineExceeded) {
			t.Errorf("a context within ends after %v: %v", took, within.Err())
		}
	})
}

func TestARequestEndsWithItsClient(t *testing.T) {
	for name, waits := range map[string]bool{"asked": false, "waited for": true} {
		t.Run(name, func(t *testing.T) {
			inRequest(t, func(ctx context.Context, gone func()) {
				if waits {
					_ = ctx.Done()
				}
				gone()
				if err := ctx.Err(); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
				<-ctx.Done()
			})
		})
	}
}

func TestWhatARequestLeavesBehindEndsWithIt(t *testing.T) {
	var left <-chan struct{}
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { left = r.Context().Done() })
	withDeadline(h, time.Hour).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	<-left
}

func TestNobodyPaysForADeadlineWithoutWaiting(t *testing.T) {
	inRequest(t, func(ctx context.Context, _ func()) {
		type key struct{}
		_, _ = ctx.Deadline()
		if ctx.Err() != nil || context.WithValue(ctx, key{}, 1).Value(key{}) != 1 || ctx.Value("other") != nil {
			t.Error("it has ended, or values are lost")
		}
		if d, ok := ctx.(*deadline); !ok || d.timed != nil {
			t.Errorf("a timer was made: %+v", d)
		}
	})
}
