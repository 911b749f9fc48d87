package password

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

// fast returns a Config with these hashers, at the least cost.
func fast(hashers ...string) Config {
	cfg := DefaultConfig()
	cfg.Hashers = hashers
	cfg.Argon2 = Argon2Cost{Memory: 64, Time: 1, Parallelism: 1}
	cfg.PBKDF2Iterations = 10
	cfg.BcryptRounds = 4
	return cfg
}

func newRegistry(t *testing.T, cfg Config) *Registry {
	t.Helper()
	r, err := NewRegistry(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func encode(t *testing.T, r *Registry, password string) string {
	t.Helper()
	encoded, err := r.Encode(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// spy counts the work of the hasher that it stands in front of.
type spy struct {
	Hasher
	encoded, hardened int
}

func (s *spy) Encode(password string) (string, error) {
	s.encoded++
	return s.Hasher.Encode(password)
}

func (s *spy) Harden(password, encoded string) {
	s.hardened++
	s.Hasher.Harden(password, encoded)
}

// watch puts a spy in front of the preferred hasher.
func watch(r *Registry) *spy {
	s := &spy{Hasher: r.preferred}
	r.preferred, r.hashers[s.Algorithm()] = s, s
	return s
}

func TestEveryHasherReadsWhatItWrites(t *testing.T) {
	for _, name := range DefaultConfig().Hashers {
		t.Run(name, func(t *testing.T) {
			r := newRegistry(t, fast(name))
			if scrypt, ok := r.preferred.(*scryptHasher); ok {
				scrypt.cost.n = 16 // there is no setting for it
			}
			passwords := []string{"", "Alice-pass-123", "pässwörd✓", " a ", "a\x00b", strings.Repeat("x", 72)}
			for _, password := range passwords {
				encoded := encode(t, r, password)
				if !strings.HasPrefix(encoded, name+"$") {
					t.Errorf("%q does not begin with the algorithm", encoded)
				}
				if again := encode(t, r, password); again == encoded {
					t.Errorf("the same salt twice: %q", again)
				}
				if ok, rehash, err := r.Check(t.Context(), password, encoded); !ok || rehash || err != nil {
					t.Errorf("%q: got %v, %v, %v, want a match", password, ok, rehash, err)
				}
				if ok, rehash, err := r.Check(t.Context(), password+"x", encoded); err != nil || rehash ||
					ok && !(name == "bcrypt" && len(password) >= maxBcryptBytes) {
					t.Errorf("%q: got %v, %v, %v, want no match", password+"x", ok, rehash, err)
				}
			}
		})
	}
}

func TestGoodPasswordAsksForANewHashWhenTheOldOneIsNotOfToday(t *testing.T) {
	today := fast("argon2", "pbkdf2_sha256", "bcrypt", "scrypt", "md5")
	r := newRegistry(t, today)
	for _, name := range today.Hashers {
		encoded := encode(t, newRegistry(t, fast(name)), "password")
		ok, rehash, err := r.Check(t.Context(), "password", encoded)
		if !ok || rehash != (name != "argon2") || err != nil {
			t.Errorf("%s: got %v, %v, %v", encoded, ok, rehash, err)
		}
	}
	for _, cost := range []Argon2Cost{{65, 1, 1}, {64, 2, 1}, {64, 1, 2}} {
		other := fast("argon2")
		other.Argon2 = cost
		encoded := encode(t, newRegistry(t, other), "password")
		if ok, rehash, err := r.Check(t.Context(), "password", encoded); !ok || !rehash || err != nil {
			t.Errorf("%s: got %v, %v, %v", encoded, ok, rehash, err)
		}
	}
}

func TestWhatCannotMatchCostsOneHash(t *testing.T) {
	const good, rest = "Alice-pass-123", "$c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA"
	cfg := fast("pbkdf2_sha256", "argon2", "bcrypt", "scrypt", "md5")
	var log bytes.Buffer
	cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
	encoded := encode(t, newRegistry(t, cfg), good)
	for _, test := range []struct{ name, password, encoded string }{
		{"unusable", good, Unusable()},
		{"unusable, nothing behind it", good, "!"},
		{"empty", "", ""},
		{"the password itself", good, good},
		{"the algorithm only", good, "pbkdf2_sha256"},
		{"unknown algorithm", good, "crypt$$x"},
		{"hasher not configured", good, "pbkdf2_sha1$10$salt$"},
		{"no hash", good, "pbkdf2_sha256$10$salt"},
		{"no salt", good, "pbkdf2_sha256$10$$x"},
		{"salt is not ASCII", good, "pbkdf2_sha256$10$sält$x"},
		{"no iterations", good, "pbkdf2_sha256$0$salt$x"},
		{"negative iterations", good, "pbkdf2_sha256$-1$salt$x"},
		{"absurd iterations", good, "pbkdf2_sha256$4000000000$salt$x"},
		{"another spelling of the iterations", good, strings.Replace(encoded, "$10$", "$010$", 1)},
		{"absurd memory, argon2", good, "argon2$argon2id$v=19$m=67108864,t=1,p=1" + rest},
		{"absurd passes, argon2", good, "argon2$argon2id$v=19$m=64,t=4294967295,p=1" + rest},
		{"no lanes, argon2", good, "argon2$argon2id$v=19$m=64,t=1,p=0" + rest},
		{"argon2d", good, "argon2$argon2d$v=19$m=64,t=1,p=1" + rest},
		{"absurd rounds, bcrypt", good, "bcrypt$$2b$31$abcdefghijklmnopqrstuuZZ9IMThKXMpf3yymXnj6qO5pVIDI6HW"},
		{"absurd N, scrypt", good, "scrypt$1099511627776$salt$8$1$x"},
		{"odd N, scrypt", good, "scrypt$1000$salt$8$1$x"},
		{"unsalted", good, "md5$$5f4dcc3b5aa765d61d8327deb882cf99"},
		{"longer than the column", good, encoded + strings.Repeat("=", maxEncoded)},
		{"password too long", strings.Repeat("a", MaxCodePoints+1), encoded},
		{"password not text", "\xed\xa0\x80", encoded},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRegistry(t, cfg)
			work := watch(r)
			if ok, rehash, err := r.Check(t.Context(), test.password, test.encoded); ok || rehash || err != nil {
				t.Errorf("got %v, %v, %v", ok, rehash, err)
			}
			if work.encoded != 1 {
				t.Errorf("%d hashes made, want 1", work.encoded)
			}
		})
	}
	if log.Len() == 0 || strings.Contains(log.String(), good) {
		t.Errorf("damaged rows are logged without what is in them, got:\n%s", log.String())
	}
}

func TestWrongPasswordIsToppedUp(t *testing.T) {
	cfg := fast("pbkdf2_sha256", "md5", "scrypt")
	for _, test := range []struct {
		name, stored     string
		hashes, hardened int
	}{
		{"of the preferred algorithm", encode(t, newRegistry(t, cfg), "password"), 0, 1},
		{"of an algorithm that costs nothing", encode(t, newRegistry(t, fast("md5")), "password"), 1, 0},
		{"of another algorithm, as in Django", encode(t, newRegistry(t, fast("scrypt")), "password"), 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRegistry(t, cfg)
			work := watch(r)
			if ok, _, err := r.Check(t.Context(), "wrong", test.stored); ok || err != nil {
				t.Fatalf("got %v, %v", ok, err)
			}
			if work.encoded != test.hashes || work.hardened != test.hardened {
				t.Errorf("got %d hashes and %d top-ups, want %d and %d", work.encoded, work.hardened, test.hashes,
					test.hardened)
			}
		})
	}
}

func TestPasswordThatCannotBeHashedIsRefused(t *testing.T) {
	for _, test := range []struct {
		name, hasher, password string
		want                   error
	}{
		{"128 code points", "md5", strings.Repeat("a", 128), nil},
		{"128 code points, 512 bytes", "md5", strings.Repeat("😀", 128), nil},
		{"129 code points", "md5", strings.Repeat("a", 129), ErrTooLong},
		{"a mebibyte", "md5", strings.Repeat("a", 1<<20), ErrTooLong},
		{"lone surrogate", "md5", "\xed\xa0\x80", ErrNotText},
		{"72 bytes, bcrypt", "bcrypt", strings.Repeat("a", 72), nil},
		{"73 bytes, bcrypt", "bcrypt", strings.Repeat("a", 73), ErrTooLong},
		{"128 code points, bcrypt_sha256", "bcrypt_sha256", strings.Repeat("😀", 128), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := newRegistry(t, fast(test.hasher)).Encode(t.Context(), test.password)
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestUnusableIsRandomAndNeverUsable(t *testing.T) {
	a, b := Unusable(), Unusable()
	if a == b || len(a) != 41 || Usable(a) {
		t.Errorf("got %q and %q", a, b)
	}
}

func TestEndedContextIsTold(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := newRegistry(t, fast("md5"))
	if _, err := r.Encode(ctx, "password"); !errors.Is(err, context.Canceled) {
		t.Errorf("Encode: got %v", err)
	}
	if _, _, err := r.Check(ctx, "password", "!"); !errors.Is(err, context.Canceled) {
		t.Errorf("Check: got %v", err)
	}
	if err := r.Dummy(ctx, "password"); !errors.Is(err, context.Canceled) {
		t.Errorf("Dummy: got %v", err)
	}
}

func TestConfigNamesEveryFault(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Errorf("DefaultConfig: %v", err)
	}
	if err := ExactConfig().Validate(); err != nil {
		t.Errorf("ExactConfig: %v", err)
	}
	err := Config{
		Hashers: []string{"rot13"}, Gate: GateConfig{Parallel: -1, Queue: -1},
		Validators: []ValidatorConfig{{Name: "x.y"}},
	}.Validate()
	for _, setting := range []string{
		"PASSWORD_ARGON2.MEMORY", "PASSWORD_ARGON2.TIME", "PASSWORD_ARGON2.PARALLELISM", "PASSWORD_PBKDF2_ITERATIONS",
		"PASSWORD_BCRYPT_ROUNDS", "PASSWORD_GATE.PARALLEL", "PASSWORD_GATE.QUEUE", "PASSWORD_GATE.WAIT",
		`PASSWORD_HASHERS: unknown hasher "rot13"`, `AUTH_PASSWORD_VALIDATORS[0]: unknown validator "x.y"`,
	} {
		if err == nil || !strings.Contains("\n"+err.Error(), "\n"+setting) {
			t.Errorf("%s is not named in:\n%v", setting, err)
		}
	}
}

func TestDjangosNamesOfHashersAreKnown(t *testing.T) {
	for class, algorithm := range map[string]string{
		"PBKDF2PasswordHasher": "pbkdf2_sha256", "PBKDF2SHA1PasswordHasher": "pbkdf2_sha1",
		"Argon2PasswordHasher": "argon2", "BCryptSHA256PasswordHasher": "bcrypt_sha256",
		"BCryptPasswordHasher": "bcrypt", "ScryptPasswordHasher": "scrypt", "MD5PasswordHasher": "md5",
	} {
		hasher, ok := DefaultConfig().hasher("django.contrib.auth.hashers." + class)
		if !ok || hasher.Algorithm() != algorithm {
			t.Errorf("%s: got %v, want %s", class, hasher, algorithm)
		}
	}
}

func TestMemoryIsThatOfAllHashesAtATime(t *testing.T) {
	cfg := fast("argon2")
	cfg.Gate.Parallel = 3
	if got, want := newRegistry(t, cfg).Memory(), int64(3*64<<10); got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}
