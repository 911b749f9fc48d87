package attack

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// State takes fingerprints of what a server keeps: rows of a SQLite database and files of a mail folder.
type State struct {
	DB      *sql.DB
	MailDir string
}

var (
	userProbe = regexp.MustCompile(`^user\(([^)]*)\)`)
	mailProbe = regexp.MustCompile(`^outbox(\.to\(([^)]*)\))?$`)
)

// Probe returns a fingerprint of the part of the state that a probe names: db.* is every table, db.NAME the tables of
// one kind, user(NAME) one row, outbox and outbox.to(ADDRESS) the mails.
func (s *State) Probe(ctx context.Context, name string) (string, error) {
	tables := map[string][]string{
		"db.users":    {"auth_user"},
		"db.sessions": {"django_session"},
		"db.social":   {"socialaccount_socialaccount", "socialaccount_socialtoken"},
		"db.tokens":   {"rest_authtoken_authtoken", "rest_authtoken_emailconfirmationtoken", "authtoken_token", "token_blacklist_outstandingtoken", "token_blacklist_blacklistedtoken"},
	}
	switch {
	case name == "db.*":
		all, err := s.tables(ctx)
		if err != nil {
			return "", err
		}
		return s.rows(ctx, all, "", nil)
	case tables[name] != nil:
		return s.rows(ctx, tables[name], "", nil)
	case userProbe.MatchString(name):
		return s.rows(ctx, []string{"auth_user"}, " WHERE username = ?", []any{userProbe.FindStringSubmatch(name)[1]})
	case mailProbe.MatchString(name):
		return s.mails(mailProbe.FindStringSubmatch(name)[2])
	}
	return "", fmt.Errorf("unknown probe %q", name)
}

// claim is a statement about a user, who need not be there: user(NAME).FLAG==false.
var claim = regexp.MustCompile(`^user\((\w+)\)\.(is_staff|is_superuser)==false$`)

// Holds reports whether a statement about the database is true.
func (s *State) Holds(ctx context.Context, statement string) (bool, error) {
	parts := claim.FindStringSubmatch(statement)
	if parts == nil {
		return false, fmt.Errorf("unknown statement %q", statement)
	}
	var n int
	err := s.DB.QueryRowContext(ctx, "SELECT COUNT(*) FROM auth_user WHERE username = ? AND "+parts[2], parts[1]).Scan(&n)
	return n == 0, err
}

// diary is the table that says what was tried; it grows also where nothing is changed.
const diary = "watchword_audit"

func (s *State) tables(ctx context.Context) ([]string, error) {
	rows, err := s.DB.QueryContext(ctx, "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> ? ORDER BY name", diary)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// rows digests all rows of the tables.
func (s *State) rows(ctx context.Context, tables []string, where string, args []any) (string, error) {
	digest := sha256.New()
	for _, table := range tables {
		lines, err := s.dump(ctx, "SELECT * FROM "+table+where, args)
		if err != nil {
			return "", err
		}
		slices.Sort(lines)
		fmt.Fprintf(digest, "%s %d\n%s\n", table, len(lines), strings.Join(lines, "\n"))
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}

func (s *State) dump(ctx context.Context, query string, args []any) (lines []string, err error) {
	rows, err := s.DB.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		lines = append(lines, fmt.Sprintf("%q", values))
	}
	return lines, rows.Err()
}

// mails lists the mail files, or those to one address.
func (s *State) mails(to string) (string, error) {
	files, err := filepath.Glob(filepath.Join(s.MailDir, "*"))
	if err != nil {
		return "", err
	}
	var found []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		if strings.Contains(string(text), to) {
			found = append(found, file)
		}
	}
	return strings.Join(found, "\n"), nil
}
