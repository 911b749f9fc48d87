package dialects

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"watchword/auth/origin"
	"watchword/auth/throttle"
	"watchword/schemes"
	"watchword/serializers"
)

// Throttle limits how often somebody may use a view.
type Throttle interface {
	// Allow counts the request of client, who was recognised as id, to a view of that scope. When there were too many it
	// counts nothing and says how long to wait, which is more than nothing.
	Allow(ctx context.Context, client string, id schemes.Identity, scope string) (wait time.Duration, err error)
}

// ThrottleClass is a way of counting requests.
type ThrottleClass string

// The classes of Django REST framework.
const (
	AnonThrottle   ThrottleClass = "anon"   // requests of nobody, by client
	UserThrottle   ThrottleClass = "user"   // all requests, by user and else by client
	ScopedThrottle ThrottleClass = "scoped" // as user, for each scope by itself
)

// UnmarshalText reads a class's name, ours or the dotted Python name.
func (c *ThrottleClass) UnmarshalText(text []byte) error {
	switch string(text) {
	case string(AnonThrottle), "rest_framework.throttling.AnonRateThrottle":
		*c = AnonThrottle
	case string(UserThrottle), "rest_framework.throttling.UserRateThrottle":
		*c = UserThrottle
	case string(ScopedThrottle), "rest_framework.throttling.ScopedRateThrottle":
		*c = ScopedThrottle
	default:
		return fmt.Errorf("unknown throttle class %q: known are anon, user and scoped", text)
	}
	return nil
}

// ThrottleConfig holds the throttles of a site, a part of REST_FRAMEWORK.
type ThrottleConfig struct {
	// Classes are asked in this order, all of them.
	Classes []ThrottleClass `setting:"DEFAULT_THROTTLE_CLASSES" help:"How requests are counted: anon, user, scoped (by the views' scopes, as dj_rest_auth)."`
	// Rates are the limits, by the name of a class or of a scope.
	Rates map[string]throttle.Rate `setting:"DEFAULT_THROTTLE_RATES" help:"How many requests there may be, as in {anon: 100/day, user: 20/minute, dj_rest_auth: 10/15m}; without a rate any number."`
	// NumProxies is how many proxies are in front.
	NumProxies *int `setting:"NUM_PROXIES" help:"How many proxies are in front: the client is that many entries from the end of X-Forwarded-For, or the peer for 0. null: see TRUSTED_PROXIES."`
}

// NewThrottles returns the throttles that cfg asks for. now is the clock.
func NewThrottles(cfg ThrottleConfig, counts throttle.Store, now func() time.Time) []Throttle {
	var list []Throttle
	for _, class := range cfg.Classes {
		list = append(list, &rateThrottle{class: class, rates: maps.Clone(cfg.Rates), counts: counts, now: now})
	}
	return list
}

// rateThrottle is one class over its rates.
//
// Source: rest_framework.throttling.
type rateThrottle struct {
	class  ThrottleClass
	rates  map[string]throttle.Rate
	counts throttle.Store
	now    func() time.Time
}

// Allow counts the request if the class is about such ones.
func (t *rateThrottle) Allow(ctx context.Context, client string, id schemes.Identity, scope string) (time.Duration, error) {
	if t.class != ScopedThrottle {
		scope = string(t.class)
	}
	who := []string{"throttle", scope, "client", client}
	if !id.Anonymous() {
		if t.class == AnonThrottle {
			return 0, nil
		}
		who = []string{"throttle", scope, "user", string(id.User.ID)}
	}
	return throttle.Take(ctx, t.counts, throttle.Key(who...), t.rates[scope], t.now())
}

// LimitRates puts throttles before all views that do not have their own. clients says whom requests are from; without it
// that is their peer. Call it before serving.
func (s *Site) LimitRates(clients *throttle.Clients, throttles ...Throttle) {
	s.clients, s.throttles = clients, slices.Clone(throttles)
}

// noteOrigin makes the core know where a request comes from, whose route was found.
func (s *Site) noteOrigin(c echo.Context) {
	if s.clients == nil {
		return
	}
	r := c.Request()
	from := origin.Origin{Client: s.clients.Of(r), Request: requestID(c), Route: c.Path()}
	move(origin.With(r.Context(), from), r)
}

// move puts r into ctx, in place: who works on the request has no use for one copy per layer.
func move(ctx context.Context, r *http.Request) { *r = *r.WithContext(ctx) }

// throttle counts the request with every throttle. It returns the longest wait, or 0.
func (x *exchange) throttle(ctx context.Context) (longest time.Duration, err error) {
	throttles := x.view.Throttles
	if throttles == nil {
		throttles = x.site.throttles
	}
	for _, one := range throttles {
		wait, err := one.Allow(ctx, throttle.Client(ctx), x.identity, x.view.Scope)
		if err != nil {
			return 0, err
		}
		longest = max(longest, wait)
	}
	return longest, nil
}

// Limit lets requests through to h, which is outside of all views, as often as the site's throttles let anonymous requests
// through to views of that scope.
func (s *Site) Limit(scope string, h echo.HandlerFunc) echo.HandlerFunc {
	x := &exchange{endpoint: &endpoint{site: s, view: View{Scope: scope}}}
	return func(c echo.Context) error {
		wait, err := x.throttle(c.Request().Context())
		if err != nil {
			return err
		}
		if wait > 0 {
			return serializers.Throttled(wait)
		}
		return h(c)
	}
}
