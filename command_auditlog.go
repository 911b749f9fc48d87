package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"watchword/models"
	"watchword/models/gormstore"
)

// The rhythm of auditlog --follow. Entries appear when their transaction is committed, which may be this much later than
// they say, and so in another order.
const (
	followInterval = time.Second
	followOverlap  = time.Minute
)

// auditCommand prints the audit log.
type auditCommand struct {
	User   string              `placeholder:"NAME" help:"Only what happened to that user, whatever the name was then, or to who had that name."`
	Since  string              `placeholder:"TIME" help:"Only from then on: 2026-03-01, 2026-03-01T12:00:00Z, or so long ago: 90m, 36h."`
	Event  []models.AuditEvent `placeholder:"EVENT" help:"Only such events, e.g. login,login_refused."`
	JSON   bool                `name:"json" help:"One JSON object a line."`
	Follow bool                `help:"Go on printing what happens until stopped."`
}

// Run prints what is there, the oldest first.
func (c *auditCommand) Run(p *program) (err error) {
	query, err := c.query(time.Now())
	if err != nil {
		return usageError{err}
	}
	_, store, err := p.openStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := c.find(p.ctx, store, &query); err != nil {
		return err
	}
	if c.Follow {
		return c.follow(p, store, query)
	}
	return store.EachAuditEntry(p.ctx, query, func(e models.AuditEntry) error { return c.print(p, e) })
}

// query reads the options but the user.
func (c *auditCommand) query(now time.Time) (models.AuditQuery, error) {
	q := models.AuditQuery{Username: c.User, Events: c.Event}
	for _, event := range c.Event {
		if !slices.Contains(models.AuditEvents(), event) {
			return q, fmt.Errorf("--event: there is no event %q; known are %s", event, join(models.AuditEvents()))
		}
	}
	if c.Since == "" {
		return q, nil
	}
	var err error
	q.Since, err = since(c.Since, now)
	return q, err
}

// find puts the id of the user into q, if there is one of that name now.
func (c *auditCommand) find(ctx context.Context, store *gormstore.Store, q *models.AuditQuery) error {
	if c.User == "" {
		return nil
	}
	u, err := store.UserBy(ctx, models.UserFieldUsername, c.User)
	switch {
	case errors.Is(err, models.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	q.User = u.ID
	return nil
}

// follow prints what q asks for until the command is stopped, which is no fault.
func (c *auditCommand) follow(p *program, store *gormstore.Store, q models.AuditQuery) error {
	ctx, stop := signal.NotifyContext(p.ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	printed := map[int64]time.Time{}
	newest := q.Since
	for {
		err := store.EachAuditEntry(ctx, q, func(e models.AuditEntry) error {
			if _, known := printed[e.ID]; known {
				return nil
			}
			printed[e.ID] = e.At
			if e.At.After(newest) {
				newest = e.At
			}
			return c.print(p, e)
		})
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if overlap := newest.Add(-followOverlap); overlap.After(q.Since) {
			q.Since = overlap
		}
		for id, at := range printed {
			if at.Before(q.Since) {
				delete(printed, id)
			}
		}
		pause(ctx, followInterval)
	}
}

// auditLine is an entry as --json prints it.
type auditLine struct {
	Time     time.Time         `json:"time"`
	Event    models.AuditEvent `json:"event"`
	UserID   models.UserID     `json:"user_id,omitempty"`
	Username string            `json:"username,omitempty"`
	Scheme   string            `json:"scheme,omitempty"`
	Client   string            `json:"client,omitempty"`
	Route    string            `json:"route,omitempty"`
	Request  string            `json:"request,omitempty"`
}

// print prints one entry. Values that have anything but plain characters are quoted, so that none of them looks like
// another line.
func (c *auditCommand) print(p *program, e models.AuditEntry) error {
	if c.JSON {
		return json.NewEncoder(p.stdout).Encode(auditLine{
			e.At.UTC(), e.Event, e.User, e.Username, e.Scheme, e.Client, e.Route, e.Request})
	}
	line := e.At.UTC().Format("2006-01-02T15:04:05.000Z") + " " + string(e.Event)
	for _, field := range []struct{ name, value string }{
		{"user", e.Username}, {"id", string(e.User)}, {"scheme", e.Scheme}, {"client", e.Client}, {"route", e.Route},
		{"request", e.Request},
	} {
		if field.value != "" {
			line += " " + field.name + "=" + plainOrQuoted(field.value)
		}
	}
	_, err := fmt.Fprintln(p.stdout, line)
	return err
}

// plainOrQuoted is text, in quotes if it could be taken for more than one value.
func plainOrQuoted(text string) string {
	plain := func(r rune) bool { return r > ' ' && r < 0x7f && r != '"' && r != '=' }
	if strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return fmt.Sprintf("%q", text)
}

// since reads a date, a moment or a duration before now.
func since(text string, now time.Time) (time.Time, error) {
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("--since: must be like 2026-03-01, 2026-03-01T12:00:00Z or 36h, not %q", text)
}

// join lists events for people.
func join(events []models.AuditEvent) string {
	names := make([]string, len(events))
	for i, event := range events {
		names[i] = string(event)
	}
	return strings.Join(names, ", ")
}
