package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
)

// The ports on loopback, and who logs in.
const (
	watchwordAddress = "127.0.0.1:18441"
	djangoAddress    = "127.0.0.1:18442"
	username         = "compare"
	projectFolder    = "bench/django"
)

// bench is what both servers share: the database, the user, the keys.
type bench struct {
	folder   string
	postgres string
	secret   string
	password string
}

// prepare makes the tables, by the migrations of both, the keys and the user.
func prepare(ctx context.Context, postgres string) (b *bench, err error) {
	if postgres == "" {
		return nil, errors.New("-postgres must name an empty database")
	}
	folder, err := os.MkdirTemp("", "watchword-compare-")
	if err != nil {
		return nil, err
	}
	b = &bench{folder: folder, postgres: postgres, secret: randomText(), password: randomText()}
	defer func(made *bench) {
		if err != nil {
			made.close()
		}
	}(b)
	if err := b.writeKeys(); err != nil {
		return nil, err
	}
	for _, command := range []*exec.Cmd{
		exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.binary(), "."),
		b.watchword(ctx, setup{}, "migrate"),
		b.django(ctx, setup{}, "/usr/bin/python3", "-m", "django", "migrate", "--verbosity", "0"),
		b.watchword(ctx, setup{}, "createsuperuser", "--noinput", "--username", username, "--email", "compare@example.org"),
	} {
		if out, err := command.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", command, err, out)
		}
	}
	return b, nil
}

func (b *bench) close() { _ = os.RemoveAll(b.folder) } // what is left in the temporary folder harms nobody

func (b *bench) binary() string     { return filepath.Join(b.folder, "watchword") }
func (b *bench) privateKey() string { return filepath.Join(b.folder, "signing.pem") }

// writeKeys writes the pair of keys that both servers sign with.
func (b *bench) writeKeys() error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	private := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	if err := os.WriteFile(b.privateKey(), private, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.folder, "signing.pub"),
		pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o600)
}

// setup is how servers are set for some of the loads.
type setup struct {
	rotating bool // refresh tokens are rotated
	caching  bool // Watchword remembers rows, good signatures and what sessions hold
}

// has reports whether a load is put on servers that are set so.
func (s setup) has(l load) bool { return l.rotating == s.rotating && (l.cached || !s.caching) }

// title is what the load is called there.
func (s setup) title(l load) string {
	if s.caching {
		return l.title + ", cached"
	}
	return l.title
}

// start starts Watchword and Django, in this order.
func (b *bench) start(ctx context.Context, s setup) (contenders [2]*contender, err error) {
	ours, err := start(ctx, "Watchword", watchwordAddress, filepath.Join(b.folder, "watchword.log"), b.watchword(ctx, s, "serve"))
	if err != nil {
		return contenders, err
	}
	// A worker serves one request at a time: twice the cores and one more is gunicorn's own advice. Both log every request.
	theirs, err := start(ctx, "Django", djangoAddress, filepath.Join(b.folder, "django.log"), b.django(ctx, s, "gunicorn",
		"--bind", djangoAddress, "--workers", strconv.Itoa(2*runtime.NumCPU()+1), "--worker-tmp-dir", "/dev/shm",
		"--log-level", "warning", "--access-logfile", filepath.Join(b.folder, "requests.log"), "project.wsgi"))
	if err != nil {
		ours.stop()
		return contenders, err
	}
	contenders = [2]*contender{ours, theirs}
	for _, c := range contenders {
		if err := c.logIn(ctx, b.password); err != nil {
			ours.stop()
			theirs.stop()
			return contenders, err
		}
	}
	return contenders, nil
}

// watchword returns a command of Watchword, on the default settings but for what is compared.
func (b *bench) watchword(ctx context.Context, s setup, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, b.binary(), args...)
	command.Env = append(os.Environ(),
		"WATCHWORD_DATABASE_URL="+b.postgres, "WATCHWORD_DATA_DIR="+b.folder, "WATCHWORD_SECRET_KEY="+b.secret,
		"WATCHWORD_JWT_PRIVATE_KEY_PATH="+b.privateKey(), "WATCHWORD_LISTEN="+watchwordAddress,
		"WATCHWORD_DRAIN_DELAY=0s", "WATCHWORD_SIMPLE_JWT__ACCESS_TOKEN_LIFETIME=1h",
		"WATCHWORD_REST_AUTH__SESSION_LOGIN=true",
		`WATCHWORD_REST_FRAMEWORK__DEFAULT_AUTHENTICATION_CLASSES=["jwt", "authtoken", "session"]`,
		"DJANGO_SUPERUSER_PASSWORD="+b.password)
	if s.caching {
		command.Env = append(command.Env, "WATCHWORD_ROW_CACHE_AGE=1s")
	} else {
		command.Env = append(command.Env, "WATCHWORD_SIMPLE_JWT__VERIFIED_TOKENS=0", "WATCHWORD_SESSION_VERIFIED_DATA=0")
	}
	if !s.rotating {
		command.Env = append(command.Env, "WATCHWORD_SIMPLE_JWT__ROTATE_REFRESH_TOKENS=false",
			"WATCHWORD_SIMPLE_JWT__BLACKLIST_AFTER_ROTATION=false", "WATCHWORD_SIMPLE_JWT__REUSE_ENDS_FAMILY=false",
			"WATCHWORD_SIMPLE_JWT__FAMILY_LIFETIME=0s")
	}
	return command
}

// django returns a program that works with the Django project.
func (b *bench) django(ctx context.Context, s setup, program string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, program, args...)
	command.Env = append(os.Environ(), "PYTHONPATH="+projectFolder, "DJANGO_SETTINGS_MODULE=project.settings",
		"PYTHONDONTWRITEBYTECODE=1", "BENCH_POSTGRES="+b.postgres, "BENCH_SECRET_KEY="+b.secret,
		"BENCH_PRIVATE_KEY="+b.privateKey(), "BENCH_ROTATE="+strconv.FormatBool(s.rotating))
	return command
}

func randomText() string {
	raw := make([]byte, 45)
	_, _ = rand.Read(raw) // never fails
	return base64.RawURLEncoding.EncodeToString(raw)
}
