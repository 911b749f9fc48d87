package tests

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"watchword/tests/harness"
)

// scene is where the shell blocks of a document are run.
type scene struct {
	run     func(ctx context.Context, script string) (string, error)
	places  []string // pairs of what the document says and what is there
	prelude string   // what a reader has by then
}

// scenes are prepared for the documents that have such blocks.
var scenes = map[string]func(t *testing.T) scene{
	"README.md":               startsFromNothing,
	"CONTRIBUTING.md":         inTheRepository,
	"tests/clients/README.md": inTheRepository,
	"docs/openapi.md":         besideAServer,
	"docs/operations.md":      besideAServerOnPostgres,
	"bench/README.md":         besideAServerAndAMillion,
}

// readersShell begins every script. What would take minutes, or change the repository, is only looked at: whether make
// has such targets, whether npm agrees with its lock file, whether there are such tests.
const readersShell = `
watchword() { "$WATCHWORD" "$@"; }
make() { (cd "$REPOSITORY" && command make --dry-run "$@" >/dev/null); }
npm() { grep -qF "npm $*" "$REPOSITORY/.ci/run"; }
npx() { program=$1; shift; "$REPOSITORY/tests/clients/node_modules/.bin/$program" "$@"; }
python3() { (cd "$REPOSITORY" && /usr/bin/python3 "$@"); }
go() {
    case "$*" in
    *' -bench '*) (cd "$REPOSITORY" && command go "$@") | grep '^Benchmark'; return ;;
    'tool '*) command go "$@"; return ;;
    esac
    test "$1 $3" = 'test -run'
    for name in $(echo "$4" | tr '|' ' '); do grep -q "^func $name(t " "$REPOSITORY"/tests/*_test.go; done
}
briefly() {
    "$@" >served.log 2>&1 &
    until curl -fs -o /dev/null "http://$WATCHWORD_LISTEN/readyz"; do kill -0 $! || { cat served.log; exit 1; }; done
    kill $!
    wait $!
}
`

// TestShellLinesOfTheDocuments runs the shell blocks of each document, one after the other, until a command fails.
func TestShellLinesOfTheDocuments(t *testing.T) {
	t.Parallel()
	harness.Program(t, "curl")
	repository, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	all := documents(t)
	for name, prepare := range scenes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prepare(t)
			ctx, cancel := context.WithTimeout(t.Context(), harness.Patience)
			defer cancel()
			real := strings.NewReplacer(s.places...)
			script := "REPOSITORY='" + repository + "'" + readersShell + s.prelude + "\n"
			count := 0
			for _, block := range shellBlocks(all[name]) {
				if block.untested == "" {
					script += real.Replace(block.text) + "\necho '" + marker(count) + "'\n"
					count++
				}
			}
			out, err := s.run(ctx, script)
			if err != nil || count == 0 || !strings.HasSuffix(out, marker(count-1)+"\n") {
				t.Errorf("%d blocks: %v\n%s", count, err, out)
			}
		})
	}
}

// anotherMachine is a folder where a unit can be installed; systemd reads what is there, and is asked for no more.
const anotherMachine = `
mkdir -p machine/usr/local/bin machine/etc/systemd/system
echo 'ALLOWED_HOSTS: [auth.example.com]' >settings.yaml
systemctl() {
    case "$*" in
    daemon-reload) ;;
    'enable --now watchword')
        command systemctl --root="$PWD/machine" enable watchword &&
            test -h machine/etc/systemd/system/multi-user.target.wants/watchword.service &&
            test -x machine/usr/local/bin/watchword -a -s machine/etc/watchword/settings.yaml ;;
    *) return 1 ;;
    esac
}
`

// startsFromNothing is a folder in which nothing has been started yet.
func startsFromNothing(t *testing.T) scene {
	db, dir := harness.Postgres(t), t.TempDir()
	secret := filepath.Join(dir, "secret_key")
	if err := os.WriteFile(secret, []byte(harness.SecretKey), 0o600); err != nil {
		t.Fatal(err)
	}
	environ := []string{"WATCHWORD_LISTEN=" + harness.FreeHost(t)}
	return scene{
		run: func(ctx context.Context, script string) (string, error) {
			return harness.Script(ctx, t, dir, environ, script)
		},
		places: []string{
			"go run . ", `briefly "$WATCHWORD" `,
			"make build", `make build && cp "$WATCHWORD" watchword`,
			"postgres://watchword:…@db.example.com/watchword", db.URL,
			"/run/secrets/secret_key", secret,
			"./watchword serve", "WATCHWORD_DRAIN_DELAY=0s briefly ./watchword serve",
		},
	}
}

// inTheRepository is any folder: what is done there is done to the repository.
func inTheRepository(t *testing.T) scene {
	dir := t.TempDir()
	return scene{run: func(ctx context.Context, script string) (string, error) {
		return harness.Script(ctx, t, dir, nil, script)
	}}
}

// shellOf runs scripts beside a server.
func shellOf(t *testing.T, server *harness.Server) func(ctx context.Context, script string) (string, error) {
	return func(ctx context.Context, script string) (string, error) { return server.Shell(ctx, t, script) }
}

// besideAServer is the folder of a running server.
func besideAServer(t *testing.T) scene {
	if _, err := os.Stat(filepath.Join(clientsFolder, "node_modules")); err != nil {
		harness.Missing(t, "tests/clients/node_modules (npm ci --prefix tests/clients)")
	}
	server := harness.Start(t, harness.Config{Database: harness.SQLite(t)})
	return scene{run: shellOf(t, server), places: []string{readmeAddress, server.Host}}
}

// besideAServerOnPostgres is the same on PostgreSQL, where somebody has tried to log in, with another database in a file.
func besideAServerOnPostgres(t *testing.T) scene {
	for _, program := range []string{"pg_dump", "sqlite3", "systemctl"} {
		harness.Program(t, program)
	}
	db, metrics := harness.Postgres(t), harness.FreeHost(t)
	server := harness.Start(t, harness.Config{
		Database: db, Settings: map[string]any{"SECRET_KEY": harness.SecretKey, "JWT_KEYS_FOLDER": "keys"},
		Environ:  []string{"WATCHWORD_METRICS_LISTEN=" + metrics},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "ana", Password: ownPassword}),
	})
	server.Login(t, "ana", ownPassword)
	restored := "watchword_restored_" + strconv.Itoa(server.PID())
	admin := db.Open(t)
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.WithoutCancel(t.Context()), "DROP DATABASE IF EXISTS "+restored); err != nil {
			t.Error(err)
		}
	})
	return scene{
		run: shellOf(t, server),
		places: []string{readmeAddress, server.Host, "127.0.0.1:9464", metrics, "watchword_restored", restored,
			"/var/log/watchword-audit.json", "audit.json 2>&1 & until test -s audit.json; do sleep 0.1; done; kill $!",
			"0755 watchword /usr", `0755 "$WATCHWORD" machine/usr`, "0600 -D settings.yaml /etc", "0600 -D settings.yaml machine/etc",
			"deploy/watchword.service /etc", `"$REPOSITORY"/deploy/watchword.service machine/etc`},
		prelude: anotherMachine + "mkdir data; WATCHWORD_DATABASE_URL=sqlite:///data/db.sqlite3 watchword migrate\n",
	}
}

// besideAServerAndAMillion is the folder of a running server, with a database that a Django project has migrated. The
// million are twenty.
func besideAServerAndAMillion(t *testing.T) scene {
	settings := harness.DefaultSettings(t)
	settings["FEATURES"] = map[string]any{"mounts": map[string]string{"simplejwt": "/api/token/"}} // what that project has
	server := harness.Start(t, harness.Config{Database: harness.SQLite(t), Settings: settings})
	db := harness.Postgres(t)
	madeByDjango(t, db)
	return scene{
		run: shellOf(t, server),
		places: []string{"SECRET_KEY=…", "SECRET_KEY=" + harness.SecretKey, "postgres://…", db.URL, "1000000", "20", "sleep 3; ", "", "/usr/bin/time -v ", "",
			"/tmp/", t.TempDir() + "/", "-benchtime 2s", "-benchtime 100x"},
		prelude: fmt.Sprintf("PID=%d", server.PID()),
	}
}
