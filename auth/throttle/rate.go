// Package throttle counts how often somebody does something, and says who a client is. It knows neither endpoints nor
// answers: those who ask decide what is counted, and what becomes of somebody who is over the limit.
//
// A rate is kept exactly, over a window that slides: of any span as long as the period, no more than the limit of uses
// fall into it, however many processes count and however many clients ask at once. Refused uses are not counted.
package throttle

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Rate is how often something may be done. The zero value is no limit.
type Rate struct {
	Limit int
	Per   time.Duration // zero: no limit
}

// None reports whether there is no limit.
func (r Rate) None() bool { return r.Per == 0 }

// errRate says how a rate is written.
var errRate = errors.New(`must be a number, a slash and a period, as in "5/minute", "100/day" or "10/15m"; nothing is no limit`)

// maxLimit bounds what is kept of one client.
const maxLimit = 100_000

// UnmarshalText reads a number, a slash and a period: a word that begins with s, m, h or d, or a duration. Nothing is no
// limit.
//
// Source: rest_framework.throttling.SimpleRateThrottle.parse_rate, to which durations were added.
func (r *Rate) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*r = Rate{}
		return nil
	}
	number, period, ok := strings.Cut(string(text), "/")
	if !ok || period == "" {
		return errRate
	}
	limit, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil || limit < 0 || limit > maxLimit {
		return errRate
	}
	per, err := parsePeriod(period)
	if err != nil {
		return err
	}
	*r = Rate{limit, per}
	return nil
}

func parsePeriod(text string) (time.Duration, error) {
	if text[0] >= '0' && text[0] <= '9' {
		d, err := time.ParseDuration(text)
		if err != nil || d < time.Second || d > 24*time.Hour {
			return 0, errRate
		}
		return d, nil
	}
	switch text[0] {
	case 's':
		return time.Second, nil
	case 'm':
		return time.Minute, nil
	case 'h':
		return time.Hour, nil
	case 'd':
		return 24 * time.Hour, nil
	}
	return 0, errRate
}

// String writes the rate as UnmarshalText reads it; "" for none.
func (r Rate) String() string {
	if r.None() {
		return ""
	}
	for word, per := range map[string]time.Duration{
		"second": time.Second, "minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour,
	} {
		if r.Per == per {
			return fmt.Sprintf("%d/%s", r.Limit, word)
		}
	}
	period := r.Per.String()
	if strings.HasSuffix(period, "m0s") {
		period = strings.TrimSuffix(period, "0s")
	}
	return fmt.Sprintf("%d/%s", r.Limit, period)
}

// MarshalText is String.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
