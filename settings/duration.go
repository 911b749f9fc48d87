package settings

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// errDuration says how a duration is written.
var errDuration = errors.New(`must be a number of seconds or a duration such as "90s", "10m", "12h" or "14d"`)

// ParseDuration reads a duration: a number is seconds, otherwise a sequence of numbers with units as in
// time.ParseDuration, to which d for days of 24 hours is added ("1d12h").
func ParseDuration(text string) (time.Duration, error) {
	text = strings.TrimSpace(text)
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		return fromSeconds(seconds)
	}
	rest, negative := strings.CutPrefix(text, "-")
	var total time.Duration
	if parts := regexp.MustCompile(`^(\d+)d(.*)$`).FindStringSubmatch(rest); parts != nil {
		days, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil || days > math.MaxInt64/int64(day) {
			return 0, errDuration
		}
		total, rest = time.Duration(days)*day, parts[2]
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 || total > math.MaxInt64-d {
			return 0, errDuration
		}
		total += d
	} else if total == 0 && !strings.HasPrefix(text, "0") {
		return 0, errDuration
	}
	if negative {
		total = -total
	}
	return total, nil
}

// fromSeconds turns seconds into a duration, refusing what does not fit.
func fromSeconds(seconds float64) (time.Duration, error) {
	nanos := seconds * float64(time.Second)
	if math.IsNaN(nanos) || math.Abs(nanos) >= math.MaxInt64 {
		return 0, errDuration
	}
	return time.Duration(math.Round(nanos)), nil
}

// FormatDuration writes d as ParseDuration reads it, with days and without zero parts: "14d", "1h30m", "0s".
func FormatDuration(d time.Duration) string {
	if d < 0 {
		return "-" + FormatDuration(-d)
	}
	text := ""
	if days := d / day; days > 0 {
		text = strconv.FormatInt(int64(days), 10) + "d"
		d %= day
		if d == 0 {
			return text
		}
	}
	text += d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
