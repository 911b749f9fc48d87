package tests

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"testing"

	"watchword/tests/harness"
)

// hashers are Django 3.2's, by the names of their algorithms; scrypt came with Django 4.0.
var hashers = []string{"pbkdf2_sha256", "pbkdf2_sha1", "argon2", "bcrypt_sha256", "bcrypt", "md5"}

// django is a running Django with simplejwt, on the same database and with the same key as a server of ours.
type django struct{ *harness.Companion }

// answer is what Django said.
type answer struct {
	ID     int            `json:"id"`
	OK     bool           `json:"ok"`
	Status int            `json:"status"`
	JSON   map[string]any `json:"json"`
	Error  string         `json:"error"`
}

// startDjango runs Django from Debian's packages. environ adds to or replaces its settings.
func startDjango(t *testing.T, db harness.Database, environ ...string) *django {
	t.Helper()
	requireDjango(t)
	cmd := exec.CommandContext(t.Context(), djangoPython, "bridge.py")
	cmd.Dir = "testdata/django"
	cmd.Env = slices.Concat(os.Environ(), djangoEnviron(t, db), environ)
	return &django{harness.StartCompanion(t, cmd)}
}

// djangoPython is the system's, which has Debian's packages.
const djangoPython = "/usr/bin/python3"

// requireDjango ends a test that cannot do without Debian's packages.
func requireDjango(t *testing.T) {
	t.Helper()
	modules := "import django, allauth, rest_framework_simplejwt, jwt, argon2, bcrypt, psycopg2"
	if out, err := exec.CommandContext(t.Context(), djangoPython, "-c", modules).CombinedOutput(); err != nil {
		harness.Missing(t, fmt.Sprintf("Django with simplejwt for %s (%s: %v)", djangoPython, out, err))
	}
}

// djangoEnviron is what the project reads: its database and its keys.
func djangoEnviron(t *testing.T, db harness.Database) []string {
	t.Helper()
	key := harness.SigningKey(t)
	return []string{"PYTHONDONTWRITEBYTECODE=1", "DJANGO_SETTINGS_MODULE=project.settings", "BRIDGE_DATABASE=" + db.URL, "BRIDGE_SECRET_KEY=" + harness.SecretKey,
		"BRIDGE_SIGNING_KEY=" + harness.PrivatePEM(t, key), "BRIDGE_VERIFYING_KEY=" + harness.PublicPEM(t, key)}
}

// ask puts one question; an error on Django's side ends the test.
func (d *django) ask(t *testing.T, question map[string]any) (a answer) {
	t.Helper()
	d.Ask(t, question, &a)
	if a.Error != "" {
		t.Fatalf("Django failed: %s", a.Error)
	}
	return a
}

func (d *django) post(t *testing.T, path string, body map[string]string) answer {
	t.Helper()
	return d.ask(t, map[string]any{"op": "request", "method": "POST", "path": path, "body": body})
}

func (d *django) whoami(t *testing.T, access string) answer {
	t.Helper()
	return d.ask(t, map[string]any{"op": "request", "method": "GET", "path": "/whoami/", "bearer": access})
}

// text reads a text of the answer.
func (a answer) text(t *testing.T, name string) string {
	t.Helper()
	value, ok := a.JSON[name].(string)
	if !ok {
		t.Fatalf("no %q in Django's answer %d %v", name, a.Status, a.JSON)
	}
	return value
}

// beside is a server of ours with one user, on a database that Django is to share.
func beside(t *testing.T, db harness.Database) *harness.Server {
	t.Helper()
	return harness.Start(t, harness.Config{Database: db, Secrets: []string{ownPassword}, Fixtures: harness.Rows(
		harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Password: ownPassword})})
}

func TestTokensAreExchangedWithDjango(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		server := beside(t, db)
		byKey := startDjango(t, db)
		byJWKS := startDjango(t, db, "BRIDGE_SIGNING_KEY=", "BRIDGE_VERIFYING_KEY=",
			"BRIDGE_JWK_URL="+server.URL+"/.well-known/jwks.json")

		access, refresh := server.Login(t, "mike", ownPassword)
		for name, there := range map[string]*django{"a shared key": byKey, "our JWK Set": byJWKS} {
			if got := there.whoami(t, access); got.Status != 200 || got.JSON["username"] != "mike" {
				t.Errorf("our access token, checked by %s: Django answers %d %v", name, got.Status, got.JSON)
			}
			if got := there.post(t, "/token/verify/", map[string]string{"token": refresh}); got.Status != 200 {
				t.Errorf("our refresh token, checked by %s: Django answers %d %v", name, got.Status, got.JSON)
			}
		}

		theirs := byKey.post(t, "/token/", map[string]string{"username": "mike", "password": ownPassword})
		if got := server.Get(t, "/hello/", theirs.text(t, "access")); got.Status != 200 {
			t.Errorf("Django's access token = %d %s, want 200", got.Status, got.Body)
		}
		for _, name := range []string{"access", "refresh"} {
			if got := server.Post(t, verifyPath, map[string]string{"token": theirs.text(t, name)}); got.Status != 200 {
				t.Errorf("verify of Django's %s token = %d %s, want 200", name, got.Status, got.Body)
			}
		}
		if got := server.Post(t, refreshPath, map[string]string{"refresh": theirs.text(t, "refresh")}); got.Status != 200 {
			t.Errorf("refresh of Django's token = %d %s, want 200", got.Status, got.Body)
		}
	})
}

func TestTokensThatEndedHereHaveEndedInDjangoAndBack(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		server := beside(t, db)
		there := startDjango(t, db)
		refresh := func(token string) map[string]string { return map[string]string{"refresh": token} }

		_, rotated := server.Login(t, "mike", ownPassword)
		successor := server.Post(t, refreshPath, refresh(rotated)).Field(t, "refresh")
		if got := there.post(t, "/token/refresh/", refresh(rotated)); got.Status != 401 {
			t.Errorf("a token rotated here: Django answers %d %v, want 401", got.Status, got.JSON)
		}
		onward := there.post(t, "/token/refresh/", refresh(successor))
		if onward.Status != 200 {
			t.Fatalf("the token that replaced it: Django answers %d %v, want 200", onward.Status, onward.JSON)
		}
		if got := server.Post(t, refreshPath, refresh(successor)); got.Status != 401 {
			t.Errorf("a token rotated by Django = %d %s, want 401", got.Status, got.Body)
		}
		last := onward.text(t, "refresh")
		if got := there.post(t, "/token/blacklist/", refresh(last)); got.Status != 200 {
			t.Fatalf("blacklisting by Django: %d %v", got.Status, got.JSON)
		}
		if got := server.Post(t, refreshPath, refresh(last)); got.Status != 401 {
			t.Errorf("a token blacklisted by Django = %d %s, want 401", got.Status, got.Body)
		}
		_, ended := server.Login(t, "mike", ownPassword)
		if got := server.Post(t, blacklistPath, refresh(ended)); got.Status != 200 {
			t.Fatalf("blacklisting here = %d %s", got.Status, got.Body)
		}
		if got := there.post(t, "/token/refresh/", refresh(ended)); got.Status != 401 {
			t.Errorf("a token blacklisted here: Django answers %d %v, want 401", got.Status, got.JSON)
		}
	})
}

func TestAccountsOfDjangoLogInHere(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		server := beside(t, db)
		there := startDjango(t, db)
		for _, hasher := range hashers {
			name, password := "by-"+hasher, ownPassword+"-"+hasher
			there.ask(t, map[string]any{"op": "create", "username": name, "password": password, "hasher": hasher})
			wrong := server.Post(t, "/api/token/", map[string]string{"username": name, "password": password + "x"})
			if wrong.Status != 401 {
				t.Errorf("%s: a wrong password = %d %s, want 401", hasher, wrong.Status, wrong.Body)
			}
			access, _ := server.Login(t, name, password)
			if got := server.Get(t, "/hello/", access); got.Status != 200 {
				t.Errorf("%s: GET /hello/ = %d %s, want 200", hasher, got.Status, got.Body)
			}
			// The login may have hashed the password anew: Django must read that, too.
			if got := there.ask(t, map[string]any{"op": "authenticate", "username": name, "password": password}); !got.OK {
				t.Errorf("%s: Django no longer knows the password after the login here", hasher)
			}
		}
	})
}

func TestAccountsMadeHereLogInToDjango(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, testAccountsMadeHere)
}

func testAccountsMadeHere(t *testing.T, db harness.Database) {
	server := beside(t, db)
	there := startDjango(t, db)
	for _, hasher := range hashers {
		name, password := "boss-"+hasher, ownPassword+"-"+hasher
		out, err := server.Run(t.Context(), harness.Invocation{
			Args: []string{"createsuperuser", "--noinput"},
			Environ: []string{`WATCHWORD_PASSWORD_HASHERS=["` + hasher + `"]`, "DJANGO_SUPERUSER_USERNAME=" + name,
				"DJANGO_SUPERUSER_EMAIL=boss@example.org", "DJANGO_SUPERUSER_PASSWORD=" + password},
		})
		if err != nil {
			t.Errorf("createsuperuser with %s: %v\n%s", hasher, err, out)
			continue
		}
		for tried, want := range map[string]bool{password: true, password + "x": false} {
			got := there.ask(t, map[string]any{"op": "authenticate", "username": name, "password": tried})
			if got.OK != want {
				t.Errorf("%s: Django's authenticate = %v, want %v", hasher, got.OK, want)
			}
		}
	}
	if got := server.Post(t, "/api/token/", map[string]string{"username": "boss-argon2", "password": ownPassword + "-argon2"}); got.Status != http.StatusOK {
		t.Errorf("login of a superuser = %d %s, want 200", got.Status, got.Body)
	}
}
