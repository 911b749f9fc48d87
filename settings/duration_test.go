package settings_test

import (
	"testing"
	"time"

	"watchword/settings"
)

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "300": 5 * time.Minute, "1.5": 1500 * time.Millisecond, "-5": -5 * time.Second,
		"10m": 10 * time.Minute, "14d": 14 * 24 * time.Hour, "1d12h": 36 * time.Hour, "0s": 0, "0d": 0, "-1d": -24 * time.Hour,
	} {
		if got, err := settings.ParseDuration(text); err != nil || got != want {
			t.Errorf("%q is %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-", "x", "5 minutes", "1d-5h", "1e300", "999999999999d", "NaN", "106751d99999h", "d"} {
		if got, err := settings.ParseDuration(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

func TestDurationsAreWrittenAsTheyAreRead(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0s": 0, "5m": 5 * time.Minute, "1h": time.Hour, "1h30m": 90 * time.Minute, "14d": 14 * 24 * time.Hour,
		"1d12h": 36 * time.Hour, "-1d": -24 * time.Hour, "1m30s": 90 * time.Second, "1h0m5s": time.Hour + 5*time.Second,
	} {
		got := settings.FormatDuration(d)
		if got != want {
			t.Errorf("%v is written %q, want %q", d, got, want)
		}
		if back, err := settings.ParseDuration(got); err != nil || back != d {
			t.Errorf("%q is read as %v, %v", got, back, err)
		}
	}
}
