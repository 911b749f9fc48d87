package dialects

import (
	"net/http"
	"testing"
	"time"

	"watchword/auth/throttle"
)

// throttledSite is a site with two views of one scope, one of none, and these throttles, at a time that stands still.
func throttledSite(t *testing.T, rates map[string]throttle.Rate, classes ...ThrottleClass) site {
	t.Helper()
	s := newSite(t, nil)
	clients, err := throttle.NewClients(throttle.ExactProxyConfig())
	if err != nil {
		t.Fatal(err)
	}
	cfg := ThrottleConfig{Classes: classes, Rates: rates}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s.LimitRates(clients, NewThrottles(cfg, throttle.NewMemory(), func() time.Time { return now })...)
	view := View{Schemes: schemesOf(&fakeScheme{name: "token", challenge: "Token"}), Get: say(http.StatusOK, hello{"x"})}
	s.Mount("/free/", view)
	view.Scope = "logins"
	s.Mount("/login/", view)
	s.Mount("/logout/", view)
	return s
}

func TestThrottleClasses(t *testing.T) {
	const user = "token" // what fakeScheme knows somebody by
	hourly := func(n int) throttle.Rate { return throttle.Rate{Limit: n, Per: time.Hour} }
	type step struct {
		method, path, user, client string
		status                     int
	}
	for _, tt := range []struct {
		name    string
		classes []ThrottleClass
		rates   map[string]throttle.Rate
		steps   []step
	}{
		{"anon counts nobody's requests, by client, over all views", []ThrottleClass{AnonThrottle},
			map[string]throttle.Rate{"anon": hourly(2)}, []step{
				{"GET", "/free/", "", "1.1.1.1", 200}, {"GET", "/login/", "", "1.1.1.1", 200},
				{"GET", "/free/", "", "1.1.1.1", 429}, {"GET", "/free/", "", "2.2.2.2", 200}, {"GET", "/free/", user, "1.1.1.1", 200},
			}},
		{"user counts users wherever they are, and clients", []ThrottleClass{UserThrottle},
			map[string]throttle.Rate{"user": hourly(1)}, []step{
				{"GET", "/free/", user, "1.1.1.1", 200}, {"GET", "/free/", user, "2.2.2.2", 429},
				{"GET", "/free/", "", "1.1.1.1", 200}, {"GET", "/free/", "", "1.1.1.1", 429},
			}},
		{"scoped counts the views of a scope together", []ThrottleClass{ScopedThrottle},
			map[string]throttle.Rate{"logins": hourly(1)}, []step{
				{"GET", "/login/", "", "1.1.1.1", 200}, {"GET", "/logout/", "", "1.1.1.1", 429}, {"GET", "/free/", "", "1.1.1.1", 200},
			}},
		{"other methods count, too", []ThrottleClass{ScopedThrottle}, map[string]throttle.Rate{"logins": hourly(2)}, []step{
			{"OPTIONS", "/login/", "", "", 200}, {"PUT", "/login/", "", "", 405}, {"OPTIONS", "/login/", "", "", 429},
		}},
		{"without a rate there is no limit", []ThrottleClass{AnonThrottle, UserThrottle, ScopedThrottle}, nil, []step{
			{"GET", "/login/", "", "", 200}, {"GET", "/login/", "", "", 200},
		}},
		{"all are asked although one refuses", []ThrottleClass{AnonThrottle, ScopedThrottle},
			map[string]throttle.Rate{"anon": hourly(1), "logins": hourly(2)}, []step{
				{"GET", "/login/", "", "1.1.1.1", 200}, {"GET", "/login/", "", "1.1.1.1", 429}, {"GET", "/login/", user, "1.1.1.1", 200},
				{"GET", "/login/", user, "1.1.1.1", 200}, {"GET", "/login/", user, "1.1.1.1", 429},
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := throttledSite(t, tt.rates, tt.classes...)
			for i, step := range tt.steps {
				w := s.ask(step.method, step.path, "", "Authorization", step.user, "X-Forwarded-For", step.client)
				if w.Code != step.status {
					t.Errorf("step %d: %d %s, want %d", i, w.Code, w.Body, step.status)
				}
			}
		})
	}
}

func TestTheLongestWaitIsTold(t *testing.T) {
	s := throttledSite(t, map[string]throttle.Rate{"anon": {Limit: 1, Per: time.Hour}, "logins": {Limit: 1, Per: time.Minute}},
		ScopedThrottle, AnonThrottle)
	s.ask("GET", "/login/", "")
	want(t, s.ask("GET", "/login/", ""), 429, `{"detail":"Request was throttled. Expected available in 3600 seconds."}`,
		"Retry-After", "3600")
}
