package password

import (
	"strings"
	"testing"
)

// FuzzStored checks that no stored hash makes a parser panic or let work through that is out of bounds, and that what a
// parser accepts has one spelling.
func FuzzStored(f *testing.F) {
	for _, seed := range []string{
		"pbkdf2_sha256$600000$fixedSaltfixedSaltfix0$81R/yuam4BcGzKqJvdK7usXWBrDsbBdKHMybM0KX5BI=",
		"pbkdf2_sha1$600000$fixedSaltfixedSaltfix0$jIWoGvdqu5e+eRZis6CQpPyfHzE=",
		"argon2$argon2id$v=19$m=102400,t=2,p=8$Zml4ZWRTYWx0Zml4ZWRTYWx0Zml4MA$LIP6H1Mpr/5u3hQiuIPkGw",
		"bcrypt_sha256$$2b$12$abcdefghijklmnopqrstuuzraL5LcpRsJ.ugje3szgi65jCcdPu0a",
		"bcrypt$$2b$12$abcdefghijklmnopqrstuuZZ9IMThKXMpf3yymXnj6qO5pVIDI6HW",
		"scrypt$16384$salt$8$1$AAAA", "md5$salt$1479494c55ad6c8706361a7e24aaa287", "!unusable", "$$$$", "md5$$", "",
	} {
		f.Add(seed)
	}
	cfg := fast("argon2")
	p256, p1, scrypt, bcrypt := newPBKDF2SHA256(1), newPBKDF2SHA1(1), newScrypt(), newBcrypt("bcrypt", false, 4)
	f.Fuzz(func(t *testing.T, encoded string) {
		for _, name := range DefaultConfig().Hashers {
			hasher, _ := cfg.hasher(name)
			if algorithm, _, _ := strings.Cut(encoded, "$"); algorithm != name && !hasher.MustUpdate(encoded) {
				t.Errorf("%s takes %q for its own", name, encoded)
			}
		}
		for _, h := range []*pbkdf2Hasher{p256, p1} {
			if n, salt, err := h.parse(encoded); err == nil && (n < 1 || n > maxIterations || !validSalt(salt)) {
				t.Errorf("%q: %d iterations, salt %q", encoded, n, salt)
			}
		}
		c, _, err := scrypt.parse(encoded)
		if err == nil && (c.n < 2 || c.n&(c.n-1) != 0 || c.work() > maxScryptWork) {
			t.Errorf("%q: %+v", encoded, c)
		}
		if _, rounds, err := bcrypt.parse(encoded); err == nil && (rounds < 0 || rounds > maxBcryptRounds) {
			t.Errorf("%q: %d rounds", encoded, rounds)
		}
		if h, err := parseArgon2(encoded); err == nil {
			c := h.cost
			if c.Memory < 8 || c.Memory > maxArgon2Memory || c.Time < 1 || c.Time > maxArgon2Time ||
				c.Parallelism < 1 || c.Parallelism > maxArgon2Threads || len(h.salt) < minArgon2Salt || len(h.sum) > maxArgon2Size {
				t.Errorf("%q: %+v", encoded, h)
			}
		}
		if _, err := (md5Hasher{}).Verify("password", encoded); err == nil && !strings.HasPrefix(encoded, "md5$") {
			t.Errorf("md5 takes %q for its own", encoded)
		}
	})
}

// FuzzValidators checks that no text makes a validator panic, and that ASCII is judged by its characters.
func FuzzValidators(f *testing.F) {
	f.Add("password", "alice")
	f.Add("Σ'İ²", "\xff-\xed\xa0\x80")
	validators, err := NewValidators(DefaultValidators())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, password, username string) {
		faults := validators.Validate(password, Attributes{"username": username})
		if len(password) < 8 && len(faults) == 0 {
			t.Errorf("%q is accepted", password)
		}
		if username != "" && len(password) > 0 && password == username && len(faults) == 0 {
			t.Errorf("%q is accepted for the user of that name", password)
		}
	})
}
