package password

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type vector struct {
	Kind, Name    string
	Given, Expect json.RawMessage
}

func readJSON[T any](t *testing.T, path string) (v T) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parse[T](t, data)
}

func parse[T any](t *testing.T, data []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// eachVector runs check as a subtest for every vector of a kind, and fails when there is none.
func eachVector(t *testing.T, kind string, check func(t *testing.T, v vector)) {
	t.Helper()
	n := 0
	for _, v := range readJSON[struct{ Vectors []vector }](t, "testdata/django.json").Vectors {
		if v.Kind == kind {
			n++
			t.Run(v.Name, func(t *testing.T) { check(t, v) })
		}
	}
	if n == 0 {
		t.Fatalf("no vectors of kind %q", kind)
	}
}

// exactHasher returns the hasher of encoded with Django's parameters.
func exactHasher(t *testing.T, encoded string) Hasher {
	t.Helper()
	algorithm, _, _ := strings.Cut(encoded, "$")
	hasher, ok := ExactConfig().hasher(algorithm)
	if !ok {
		t.Fatalf("no hasher for %q", encoded)
	}
	return hasher
}

// TestHashesAreDjangos makes each hash once: Verify compares whole texts, but for argon2 and bcrypt, whose parameters and
// salts it takes from the text.
func TestHashesAreDjangos(t *testing.T) {
	eachVector(t, "password", func(t *testing.T, v vector) {
		given := parse[struct{ Password, Salt string }](t, v.Given)
		want := parse[struct{ Encoded string }](t, v.Expect).Encoded
		hasher := exactHasher(t, want)
		if argon2, ok := hasher.(*argon2Hasher); ok {
			if got := argon2.encode(given.Password, given.Salt, oldArgon2Size); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		if ok, err := hasher.Verify(given.Password, want); !ok || err != nil {
			t.Errorf("Verify: got %v, %v", ok, err)
		}
	})
}

func TestMustUpdateIsDjangos(t *testing.T) {
	eachVector(t, "must_update", func(t *testing.T, v vector) {
		encoded := parse[struct{ Encoded string }](t, v.Given).Encoded
		want := parse[struct {
			MustUpdate bool `json:"must_update"`
		}](t, v.Expect).MustUpdate
		if got := exactHasher(t, encoded).MustUpdate(encoded); got != want {
			t.Errorf("%s: got %v, want %v", encoded, got, want)
		}
	})
}

func TestUsableIsDjangos(t *testing.T) {
	eachVector(t, "is_password_usable", func(t *testing.T, v vector) {
		encoded := parse[struct{ Encoded string }](t, v.Given).Encoded // null is "" here
		want := parse[struct{ Usable bool }](t, v.Expect).Usable
		if got := Usable(encoded); got != want {
			t.Errorf("%q: got %v, want %v", encoded, got, want)
		}
	})
}

// kitVectors come from another Django project.
type kitVectors struct {
	PasswordHash [][2]string `json:"password_hash"`
	Validators   struct {
		Rows [][4]json.RawMessage // password, username, email, codes
	} `json:"password_validators"`
}

func TestOtherDjangoProjectsHashes(t *testing.T) {
	for _, v := range readJSON[kitVectors](t, "testdata/kit.json").PasswordHash {
		if ok, err := exactHasher(t, v[1]).Verify(v[0], v[1]); !ok || err != nil {
			t.Errorf("%s: got %v, %v", v[1], ok, err)
		}
	}
}

func TestValidatorsAreDjangos(t *testing.T) {
	validators, err := NewValidators(DefaultValidators())
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range readJSON[kitVectors](t, "testdata/kit.json").Validators.Rows {
		password := parse[string](t, row[0])
		user := Attributes{"username": parse[string](t, row[1]), "email": parse[string](t, row[2])}
		got := []string{}
		for _, fault := range validators.Validate(password, user) {
			got = append(got, fault.Code)
		}
		if diff := cmp.Diff(parse[[]string](t, row[3]), got); diff != "" {
			t.Errorf("%q of %v (-want +got):\n%s", password, user, diff)
		}
	}
}
