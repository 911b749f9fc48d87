package tests

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"testing"

	"watchword/tests/harness"
)

// project is a database as a Django project leaves it, and the environment of our commands on it.
type project struct {
	harness.Database
	rows    *sql.DB
	environ []string
}

// newProject takes a database of ours all that is ours, but for somebody with a session.
func newProject(t *testing.T, db harness.Database) project {
	t.Helper()
	p := project{db, db.Open(t), []string{"WATCHWORD_DATABASE_URL=" + db.URL, "WATCHWORD_LISTEN=" + harness.FreeHost(t),
		`WATCHWORD_FEATURES={"mounts": {"dj-rest-auth": "/dj-rest-auth/", "ai-kit": "/api/v1/auth/"}}`,
		`WATCHWORD_ALLOWED_HOSTS=["127.0.0.1"]`}}
	names := "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'watchword%'"
	if db.Name == "postgres" {
		names = "SELECT tablename FROM pg_tables WHERE tablename LIKE 'watchword%'"
	}
	for _, name := range texts(t, p.rows, names) {
		drop := "DROP TABLE " + name
		if db.Name == "postgres" {
			drop += " CASCADE"
		}
		p.change(t, drop)
	}
	p.change(t, `INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
		VALUES (7, '!', FALSE, 'mike', '', '', '', FALSE, TRUE, '2026-01-01T00:00:00Z')`)
	p.change(t, "INSERT INTO django_session VALUES ('ssssssssssssssssssssssss', '"+
		signedText(sessionSalt, `{"cart":[]}`)+"', '2099-01-01T00:00:00Z')")
	return p
}

// texts reads a column of texts.
func texts(t *testing.T, db *sql.DB, query string) (found []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		found = append(found, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

func (p project) change(t *testing.T, statement string) {
	t.Helper()
	if _, err := p.rows.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// run runs a command, which may begin with variables, and says whether it has succeeded.
func (p project) run(t *testing.T, command string) (out string, ok bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), harness.Patience)
	defer cancel()
	environ := append([]string{"WATCHWORD_SECRET_KEY=" + harness.SecretKey}, p.environ...)
	out, err := harness.Script(ctx, t, t.TempDir(), environ, strings.Replace(command, "watchword ", `"$WATCHWORD" `, 1))
	return out, err == nil
}

// TestDatabasesThatCannotBeUsedAreNamedAndLeftAlone damages the database of a project, and has every command look at it:
// before it is adopted, and after that.
func TestDatabasesThatCannotBeUsedAreNamedAndLeftAlone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		damage string
		words  []string
	}{
		"too old":       {"DELETE FROM django_migrations WHERE app = 'auth' AND name > '0008'", []string{"auth: too old", "0012_"}},
		"half migrated": {"DELETE FROM django_migrations WHERE app = 'auth' AND name LIKE '0005%'", []string{"auth: half migrated", "not 0005"}},
		"torn":          {"DROP TABLE django_session", []string{"django_session", "not there"}},
		"not Django's":  {"DROP TABLE django_migrations", []string{"not the database of a Django project"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Run("adopted before", eachDatabase(func(t *testing.T, db harness.Database) {
				p := newProject(t, db)
				if out, ok := p.run(t, "watchword adopt"); !ok {
					t.Fatalf("adopt: %s", out)
				}
				p.change(t, test.damage)
				p.wantRefused(t, test.words, "watchword adopt --rehearse", "watchword adopt", "watchword serve", "watchword serve --migrate")
			}))
			t.Run("not adopted", eachDatabase(func(t *testing.T, db harness.Database) {
				p := newProject(t, db)
				p.change(t, test.damage)
				p.wantRefused(t, test.words, "watchword adopt --rehearse", "watchword adopt")
				p.wantRefused(t, []string{"it was left untouched"}, "watchword serve", "watchword serve --migrate")
				p.wantUntouched(t)
			}))
		})
	}
}

// eachDatabase is [harness.EachDatabase] as a test.
func eachDatabase(test func(t *testing.T, db harness.Database)) func(t *testing.T) {
	return func(t *testing.T) { harness.EachDatabase(t, test) }
}

// wantRefused runs commands that must fail and say why.
func (p project) wantRefused(t *testing.T, words []string, commands ...string) {
	t.Helper()
	for _, command := range commands {
		out, ok := p.run(t, command)
		for _, word := range words {
			if ok || !strings.Contains(out, word) {
				t.Errorf("%s: succeeded: %v; want %q in\n%s", command, ok, word, out)
			}
		}
	}
}

// wantUntouched looks for tables of ours.
func (p project) wantUntouched(t *testing.T) {
	t.Helper()
	names := "SELECT name FROM sqlite_master WHERE name LIKE 'watchword%' AND type = 'table'"
	if p.Name == "postgres" {
		names = "SELECT tablename FROM pg_tables WHERE tablename LIKE 'watchword%'"
	}
	if left := texts(t, p.rows, names); len(left) > 0 {
		t.Errorf("the database was changed: it has %q", left)
	}
}

func TestAnotherSecretKeyIsNamed(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		p := newProject(t, db)
		const other, verdict = "WATCHWORD_SECRET_KEY=another-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789 ", "not the one of the Django project"
		p.wantRefused(t, []string{"SECRET_KEY", verdict}, other+"watchword adopt --rehearse", other+"watchword adopt")
		p.wantUntouched(t)
		if out, ok := p.run(t, "watchword adopt"); !ok {
			t.Fatalf("adopt with the project's key: %s", out)
		}
		out, _ := p.run(t, other+"timeout --preserve-status 3 watchword serve")
		if !strings.Contains(out, verdict) {
			t.Errorf("serve with another key says %s", out)
		}
	})
}

func TestRowsThatNobodyCouldHaveWrittenAreNamed(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		p := newProject(t, db)
		want := []string{"garbled: expire_date", "the password column holds no hash"}
		p.change(t, "UPDATE auth_user SET password = 'in the clear'")
		end := "infinity"
		if db.Name == "sqlite" {
			end = "tomorrow"
			want = append(want, "garbled: is_active")
			p.change(t, `INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
				VALUES (x'00ff', 'x', x'ff', 1, 2, 3, 'y', 'maybe', 'never')`)
		}
		p.change(t, "INSERT INTO django_session VALUES ('tttttttttttttttttttttttt', 'x', '"+end+"')")
		p.change(t, "INSERT INTO authtoken_token (key, created, user_id) VALUES ('short', '2026-01-01T00:00:00Z', 7)")
		out, ok := p.run(t, "watchword adopt --rehearse")
		for _, words := range append(want, "not 40 characters", "Nothing was changed") {
			if !ok || !strings.Contains(out, words) {
				t.Errorf("succeeded: %v; want %q in\n%s", ok, words, out)
			}
		}
		p.wantUntouched(t)
		if out, ok := p.run(t, "watchword adopt"); !ok {
			t.Errorf("adopt: %s", out)
		}
	})
}

// TestAFileOfAnotherProgramIsLeftAlone is about SQLite, whose files are brought up to date unasked.
func TestAFileOfAnotherProgramIsLeftAlone(t *testing.T) {
	t.Parallel()
	db := harness.SQLite(t)
	db.Clear(t)
	p := project{db, db.Open(t), []string{"WATCHWORD_DATABASE_URL=" + db.URL, `WATCHWORD_ALLOWED_HOSTS=["127.0.0.1"]`}}
	p.change(t, "CREATE TABLE customers (id integer)")
	before, err := os.ReadFile(db.Path)
	if err != nil {
		t.Fatal(err)
	}
	p.wantRefused(t, []string{"not the database of a Django project"}, "watchword adopt", "watchword adopt --rehearse")
	p.wantRefused(t, []string{"customers", "left untouched"}, "watchword serve")
	if after, err := os.ReadFile(db.Path); err != nil || string(after) != string(before) {
		t.Errorf("the file was changed: %v", err)
	}
}

// TestARehearsalShowsItsProgressOnATerminal gives it a terminal to write to.
func TestARehearsalShowsItsProgressOnATerminal(t *testing.T) {
	t.Parallel()
	harness.Program(t, "script")
	p := newProject(t, harness.SQLite(t))
	out, ok := p.run(t, `export WATCHWORD; script --quiet --return --command '"$WATCHWORD" adopt --rehearse >report.txt' /dev/null </dev/null`)
	if !ok || !strings.Contains(out, "\r\x1b[Kauth_user: 1 of 1\r\x1b[K") || !strings.HasSuffix(out, "\r\x1b[K") {
		t.Errorf("the terminal shows %q", out)
	}
	if out, ok := p.run(t, "watchword adopt --rehearse 2>&1 >/dev/null"); !ok || out != "" {
		t.Errorf("without a terminal it shows %q", out)
	}
}
