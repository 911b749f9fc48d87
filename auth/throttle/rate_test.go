package throttle

import (
	"testing"
	"time"
)

func TestRatesAreReadAsDjangoRESTFrameworkReadsThem(t *testing.T) {
	for text, want := range map[string]Rate{
		"2/hour": {2, time.Hour}, "3/day": {3, 24 * time.Hour}, "0/s": {0, time.Second}, "10/m": {10, time.Minute},
		"7/minutes": {7, time.Minute}, "10/15m": {10, 15 * time.Minute}, "1/90s": {1, 90 * time.Second}, "": {},
	} {
		var got Rate
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q: got %v, %v; want %v", text, got, err, want)
		}
		var again Rate
		if err := again.UnmarshalText([]byte(want.String())); err != nil || again != want {
			t.Errorf("%q is written as %q, which is read as %v, %v", text, want, again, err)
		}
	}
	for _, text := range []string{"5", "/m", "5/", "x/m", "-1/m", "5/week", "5/0s", "5/25h", "5/1x", "1000000/m"} {
		if err := new(Rate).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	if none := (Rate{}); !none.None() || none.String() != "" {
		t.Errorf("the zero rate is %q", none)
	}
}
