package password

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func newValidators(t *testing.T, name string, options map[string]any) Validators {
	t.Helper()
	validators, err := NewValidators([]ValidatorConfig{{Name: name, Options: options}})
	if err != nil {
		t.Fatal(err)
	}
	return validators
}

func TestFaultsCarryWhatTheirWordsNeed(t *testing.T) {
	validators, err := NewValidators(DefaultValidators())
	if err != nil {
		t.Fatal(err)
	}
	got := validators.Validate("12345", Attributes{"username": "x", "email": "12345@example.com", "last_name": "54321"})
	want := []Fault{
		{Code: TooSimilar, Attribute: "last_name"}, {Code: TooShort, MinLength: 8}, {Code: TooCommon},
		{Code: EntirelyNumeric},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := validators.Validate("gregorius1", nil); got != nil {
		t.Errorf("without a user: got %v", got)
	}
}

func TestOptionsAreDjangos(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(plain, []byte("watchword\nsésame \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	packed := plain + ".gz"
	pack(t, packed, "watchword\n")
	const (
		similarity = "UserAttributeSimilarityValidator"
		length     = "MinimumLengthValidator"
		list       = "CommonPasswordValidator"
	)
	for _, test := range []struct {
		name, validator, option string
		value                   any
		password                string
		want                    []Fault
	}{
		{"length reached", length, "min_length", 3, "äöü", nil},
		{"length not reached", length, "min_length", 4.0, "äöü", []Fault{{Code: TooShort, MinLength: 4}}},
		{"other attributes", similarity, "user_attributes", []any{"nick"}, "alice123", nil},
		{"like another attribute", similarity, "user_attributes", []string{"city"}, "springfield", []Fault{
			{Code: TooSimilar, Attribute: "city"},
		}},
		{"not the very same", similarity, "max_similarity", 1, "alice123", nil},
		{"own list", list, "password_list_path", plain, "\x1cSÉSAME\n", []Fault{{Code: TooCommon}}},
		{"own list, compressed", list, "password_list_path", packed, "watchword", []Fault{{Code: TooCommon}}},
		{"not on the own list", list, "password_list_path", plain, "password", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			validators := newValidators(t, djangoValidation+test.validator, map[string]any{test.option: test.value})
			got := validators.Validate(test.password, Attributes{"username": "alice12", "city": "Springfield"})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func pack(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := gzip.NewWriter(f)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestBadOptionsAreNamed(t *testing.T) {
	_, err := NewValidators([]ValidatorConfig{
		{Name: "MinimumLengthValidator", Options: map[string]any{"min_length": "8", "zeal": 1, "max_length": 9}},
		{Name: "MinimumLengthValidator", Options: map[string]any{"min_length": 7.5}},
		{Name: "UserAttributeSimilarityValidator", Options: map[string]any{
			"max_similarity": 0.05, "user_attributes": []any{1},
		}},
		{Name: "CommonPasswordValidator", Options: map[string]any{"password_list_path": "/nonexistent"}},
		{Name: "NumericPasswordValidator", Options: map[string]any{"min_length": 8}},
		{Name: "app.validators.Own"},
	})
	for _, want := range []string{
		"[0]: OPTIONS.min_length must be a number", "OPTIONS.max_length is unknown", "OPTIONS.zeal is unknown",
		"[1]: OPTIONS.min_length must be a whole number", "[2]: OPTIONS.user_attributes must be a list",
		"OPTIONS.max_similarity must be at least 0.1", "[3]: OPTIONS.password_list_path",
		"[4]: OPTIONS.min_length is unknown",
		`[5]: unknown validator "app.validators.Own"`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in:\n%v", want, err)
		}
	}
}

func TestTextIsPythons(t *testing.T) {
	for text, want := range map[string]string{
		"ΟΔΥΣΣΕΥΣ": "οδυσσευς", "Σ": "σ", "ΑΣ.": "ας.", "ΑΣ'Α": "ασ'α", "1Σ": "1σ", "İI": "i\u0307i", "ẞ": "ß",
	} {
		if got := lower(text); got != want {
			t.Errorf("lower(%q): got %q, want %q", text, got, want)
		}
	}
	if got := strip("\x1c\u00a0 a b\u0085\x1f"); got != "a b" {
		t.Errorf("strip: got %q", got)
	}
	for text, want := range map[string][]string{
		"": {""}, "a": {"a"}, "-": {"", ""}, "a.b@c": {"a", "b", "c"}, ".a..b.": {"", "a", "b", ""}, "ä_½²": {"ä_½²"},
	} {
		if diff := cmp.Diff(want, words(text)); diff != "" {
			t.Errorf("words(%q) (-want +got):\n%s", text, diff)
		}
	}
	numbers := numeric{}
	for text, want := range map[string]bool{
		"123": true, "²³": true, "١٢٣": true, "①": true, "½": false, "Ⅷ": false, "1 2": false, "": false,
	} {
		if got := numbers.Validate(text, nil) != nil; got != want {
			t.Errorf("numeric %q: got %v, want %v", text, got, want)
		}
	}
}

func TestListHoldsDjangosPasswords(t *testing.T) {
	if got := len(embeddedList()); got != 19729 {
		t.Errorf("got %d passwords, want 19729", got)
	}
}
