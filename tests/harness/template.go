package harness

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
)

// Migrating takes longer than most tests, so it is done once for each kind of database; every test gets a copy.
var (
	sqliteTemplate   = sync.OnceValues(makeSQLiteTemplate)
	postgresTemplate = sync.OnceValues(makePostgresTemplate)

	postgresTemplateName atomic.Pointer[string] // nil: none was made
)

// makeSQLiteTemplate returns the content of a migrated database file.
func makeSQLiteTemplate() ([]byte, error) {
	dir, err := os.MkdirTemp("", "watchword-template-")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "db.sqlite3")
	err = migrate(dir, "sqlite:///"+path)
	content, readErr := os.ReadFile(path)
	return content, errors.Join(err, readErr, os.RemoveAll(dir))
}

// makePostgresTemplate returns the name of a migrated database, which DropTemplates removes.
func makePostgresTemplate() (string, error) {
	name := "watchword_template_" + strings.ToLower(rand.Text()[:12])
	if err := administer("CREATE DATABASE " + name); err != nil {
		return "", err
	}
	postgresTemplateName.Store(&name)
	address, err := databaseAt(os.Getenv(postgresVariable), name)
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "watchword-template-")
	if err != nil {
		return "", err
	}
	return name, errors.Join(migrate(dir, address), os.RemoveAll(dir))
}

// DropTemplates removes what the tests have copied. Call it after the last of them.
func DropTemplates() error {
	name := postgresTemplateName.Load()
	if name == nil {
		return nil
	}
	return administer("DROP DATABASE " + *name)
}

func administer(statement string) error {
	admin, err := sql.Open("pgx", os.Getenv(postgresVariable))
	if err != nil {
		return err
	}
	_, err = admin.ExecContext(context.Background(), statement)
	return errors.Join(err, admin.Close())
}

// migrate runs the binary under test in dir.
func migrate(dir, address string) error {
	cmd := exec.CommandContext(context.Background(), os.Getenv(binaryVariable), "migrate")
	cmd.Dir, cmd.Env = dir, append(inherited(), "WATCHWORD_DATABASE_URL="+address, "WATCHWORD_SECRET_KEY="+SecretKey)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("migrate: %w\n%s", err, out)
	}
	if faults := search(string(out), secretKeys(cmd.Env)); faults != nil {
		return fmt.Errorf("migrate: %q", faults)
	}
	return nil
}

// databaseAt is the address of a database on the server at another address.
func databaseAt(server, name string) (string, error) {
	address, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("%s is not an address", postgresVariable)
	}
	address.Path = "/" + name
	return address.String(), nil
}
