package metrics_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"watchword/metrics"
)

// told is what m tells, without Go's and the process' own figures.
func told(m *metrics.Metrics) string {
	var all bytes.Buffer
	m.Write(&all)
	var ours []string
	for line := range strings.Lines(all.String()) {
		if strings.Contains(line, "watchword_") {
			ours = append(ours, line)
		}
	}
	return strings.Join(ours, "")
}

func TestRequestsAreCountedByRouteMethodAndStatus(t *testing.T) {
	m := metrics.New()
	m.Served("/a/:id", http.MethodGet, 200, time.Millisecond)
	m.Served("/a/:id", http.MethodGet, 200, 30*time.Second)
	m.Served("/a/:id", http.MethodGet, 401, 2*time.Millisecond)
	m.Served("", "BREW", 404, 0)
	got := told(m)
	for _, want := range []string{
		"# TYPE watchword_requests_total counter\n",
		`watchword_requests_total{route="/a/:id",method="GET",status="200"} 2` + "\n",
		`watchword_requests_total{route="/a/:id",method="GET",status="401"} 1` + "\n",
		`watchword_requests_total{route="(none)",method="other",status="404"} 1` + "\n",
		"# TYPE watchword_request_duration_seconds histogram\n",
		`watchword_request_duration_seconds_bucket{route="/a/:id",le="0.001"} 1` + "\n",
		`watchword_request_duration_seconds_bucket{route="/a/:id",le="0.0025"} 2` + "\n",
		`watchword_request_duration_seconds_bucket{route="/a/:id",le="10"} 2` + "\n",
		`watchword_request_duration_seconds_bucket{route="/a/:id",le="+Inf"} 3` + "\n",
		`watchword_request_duration_seconds_sum{route="/a/:id"} 30.003` + "\n",
		`watchword_request_duration_seconds_count{route="/a/:id"} 3` + "\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

func TestNothingIsLostWhenManyCountAtOnce(t *testing.T) {
	m := metrics.New()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 100 {
				m.Served("/a/", http.MethodGet, 200+i%10, time.Microsecond)
				m.Counter("watchword_things_total").Inc()
			}
		})
	}
	all.Wait()
	got := told(m)
	for _, want := range []string{
		`watchword_requests_total{route="/a/",method="GET",status="203"} 80`, "watchword_things_total 800",
		`watchword_request_duration_seconds_count{route="/a/"} 800`,
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

func TestOnlyOnePathTells(t *testing.T) {
	m := metrics.New()
	m.Gauge(`watchword_waiting{kind="a"}`, func() float64 { return 3 })
	for _, test := range []struct {
		method, path string
		status       int
		says         string
	}{
		{http.MethodGet, "/metrics", 200, `watchword_waiting{kind="a"} 3`},
		{http.MethodGet, "/metrics", 200, "go_goroutines "},
		{http.MethodPost, "/metrics", 405, ""},
		{http.MethodGet, "/", 404, ""},
	} {
		answer := httptest.NewRecorder()
		m.Handler().ServeHTTP(answer, httptest.NewRequest(test.method, test.path, nil))
		if answer.Code != test.status || !strings.Contains(answer.Body.String(), test.says) {
			t.Errorf("%s %s = %d %s", test.method, test.path, answer.Code, answer.Body)
		}
	}
}

func BenchmarkServed(b *testing.B) {
	m := metrics.New()
	b.ReportAllocs()
	for b.Loop() {
		m.Served("/api/token/verify/", http.MethodPost, 200, 70*time.Microsecond)
	}
}

func TestSizesOfTablesAreAskedForOnceAMinute(t *testing.T) {
	m, now, asked := metrics.New(), time.Unix(0, 0), 0
	m.Rows(func() time.Time { return now }, func(context.Context) (map[string]int, error) {
		asked++
		if asked == 3 {
			return nil, errors.New("no database")
		}
		return map[string]int{"auth_user": asked * 10}, nil
	})
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 10}, {59 * time.Second, 10}, {time.Second, 20}, {time.Minute, 20}, {0, 40}} {
		now = now.Add(step.after)
		want := fmt.Sprintf("watchword_table_rows{table=\"auth_user\"} %d\n", step.want)
		if got := told(m); !strings.Contains(got, want) {
			t.Errorf("%v later: %q is not in\n%s", step.after, want, got)
		}
	}
}
