package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"watchword/adopt"
	"watchword/auth/opaque"
	"watchword/auth/password"
	"watchword/models/gormstore"
	"watchword/schemes/jwt"
	"watchword/schemes/jwt/keys"
	"watchword/schemes/session"
)

// rehearse looks at the schema and every row that matters, in a transaction in which nothing can be written.
func (c *adoptCommand) rehearse(p *program, loaded *Loaded, store *gormstore.Store) error {
	if loaded.Signing.SecretKey == "" {
		return usageError{errors.New("SECRET_KEY: is not set; sessions and links can only be looked at with that of the project")}
	}
	report := adoptReport{State: stateFit}
	deps, err := rehearsing(&loaded.Settings, store)
	if err != nil {
		return err
	}
	if terminal := isTerminal(p.stderr); terminal || c.Progress {
		deps.Progress = progressOn(p.stderr, terminal)
	}
	err = store.Snapshot(p.ctx, func(ctx context.Context) error {
		if report.Database, err = adopt.Inspect(ctx, store, loaded.needs()); err != nil {
			return err
		}
		if len(report.Database.Faults) > 0 {
			report.State = stateUnfit
		}
		if report.Database.IsDjangos() {
			report.Rehearsal, err = adopt.Rehearse(ctx, deps)
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.say(p, report)
}

// rehearsing is what a rehearsal judges with: the settings of the server that is to be.
func rehearsing(s *Settings, store *gormstore.Store) (adopt.Deps, error) {
	passwords, err := password.NewRegistry(s.Password)
	if err != nil {
		return adopt.Deps{}, err
	}
	deps := adopt.Deps{
		Rows: store, Passwords: passwords, Sessions: newExaminer(s), TokenAge: s.Tokens.Validity,
		LinkAge:     time.Duration(s.Verification.ExpireDays * float64(24*time.Hour)),
		StoredLinks: !s.Verification.HMAC, Now: time.Now(),
	}
	for _, algorithm := range s.Tokens.Digests {
		deps.Digests = append(deps.Digests, map[opaque.Algorithm]int{opaque.SHA256: 32, opaque.SHA512: 64}[algorithm])
	}
	deps.Refresh, err = refreshCheck(s)
	return deps, err
}

// newExaminer returns what looks at sessions of the project.
func newExaminer(s *Settings) *session.Examiner {
	cfg := s.Sessions
	for _, backend := range s.Accounts.Backends {
		cfg.Backends = append(cfg.Backends, backend.DottedName())
	}
	return session.NewExaminer(cfg, s.Signing)
}

// refreshCheck returns what checks refresh tokens of the project, or nil where the settings name no key: one that this
// server would make itself has signed none.
func refreshCheck(s *Settings) (func(ctx context.Context, token string) error, error) {
	named := s.JWT.SigningKey + s.JWT.VerifyingKey + s.Keys.PrivateKeyPath + s.Keys.PublicKeyPath
	if named == "" && !strings.HasPrefix(s.JWT.Algorithm, "HS") {
		return nil, nil
	}
	ring, err := openKeys(s, &keys.Accelerator{})
	if err != nil {
		return nil, err
	}
	cfg := s.JWT
	cfg.BlacklistAfterRotation = false // what is blacklisted the rows say
	scheme, err := jwt.New(cfg, ring, nil, nil)
	if err != nil {
		return nil, err
	}
	return scheme.Verify, nil
}

// progressOn writes how far a rehearsal is: a line that is written over on a terminal, else one for every tenth.
func progressOn(w io.Writer, terminal bool) func(table string, done, total int) {
	var told time.Time
	tenth := map[string]int{}
	return func(table string, done, total int) {
		switch {
		case terminal && (done == total || time.Since(told) > 100*time.Millisecond):
			told = time.Now()
			_, _ = fmt.Fprintf(w, "\r\033[K%s: %d of %d", table, done, total)
			if done == total {
				_, _ = fmt.Fprint(w, "\r\033[K")
			}
		case !terminal && total > 0 && 10*done/total > tenth[table]:
			tenth[table] = 10 * done / total
			_, _ = fmt.Fprintf(w, "%s: %d of %d\n", table, done, total)
		}
	}
}

// sayRehearsal prints what would work and what would not.
func (p *program) sayRehearsal(r *adopt.Rehearsal) {
	p.printf("\n%-55s %10s %10s %10s %10s\n", "", "rows", "work", "are over", "would not")
	for _, t := range r.Tallies {
		p.printf("%-55s %10d %10d %10d %10d\n", t.What, t.Total, t.Working, t.Over, t.Total-t.Working-t.Over)
		for _, way := range slices.Sorted(maps.Keys(t.By)) {
			p.printf("  %-53s %10s %10d\n", way, "", t.By[way])
		}
		for _, f := range t.Failing {
			at := "they do not work at Django either"
			if f.Lost {
				at = "LOST: they work at Django"
			}
			p.printf("  %d: %s; %s. For example %s.\n", f.Count, f.Reason, at, strings.Join(f.Examples, ", "))
		}
	}
	p.printf("\nLinks for forgotten passwords, and signed links that confirm addresses, have no rows: they work as long as\n" +
		"SECRET_KEY is the project's. So do CSRF cookies.\n")
	if r.Verdict != "" {
		p.printf("\nSETTINGS: %s.\n", r.Verdict)
	}
	if lost := r.Lost(); lost > 0 {
		p.printf("\n%d logins, tokens or links that work at Django would not work here.\n", lost)
	} else {
		p.printf("\nEverything that works at Django would work here.\n")
	}
}
