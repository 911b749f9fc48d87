package gormstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"watchword/models"
)

// listening is a tracer that writes down what it hears, with the depth in points.
type listening struct{ heard []string }

type depthKey struct{}

func (l *listening) Query(ctx context.Context, system, operation, table string) (context.Context, func(error)) {
	depth, _ := ctx.Value(depthKey{}).(string)
	line := len(l.heard)
	l.heard = append(l.heard, fmt.Sprintf("%s%s %s %s", depth, system, operation, table))
	return context.WithValue(ctx, depthKey{}, depth+"."), func(err error) {
		switch {
		case errors.Is(err, models.ErrNotFound):
			l.heard[line] += ": not found"
		case errors.Is(err, models.ErrConflict):
			l.heard[line] += ": conflict"
		case err != nil:
			l.heard[line] += ": error"
		default:
			l.heard[line] += ": done"
		}
	}
}

func TestTracersHearOfEveryStatement(t *testing.T) {
	inBoth(t, func(t *testing.T, s *Store) {
		if err := s.CreateUser(t.Context(), &models.User{Username: "ana", DateJoined: time.Now()}); err != nil {
			t.Fatal(err)
		}
		l := new(listening)
		if err := s.Trace(l); err != nil {
			t.Fatal(err)
		}
		if _, err := s.UserBy(t.Context(), models.UserFieldUsername, "nobody"); !errors.Is(err, models.ErrNotFound) {
			t.Error(err)
		}
		if _, err := s.ListStudents(t.Context()); err != nil {
			t.Error(err)
		}
		refused := errors.New("refused")
		err := s.Atomic(t.Context(), func(ctx context.Context) error {
			if err := s.DeleteSession(ctx, "none"); err != nil && !errors.Is(err, models.ErrNotFound) {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Error(err)
		}
		err = s.Atomic(t.Context(), func(ctx context.Context) error {
			return s.CreateUser(ctx, &models.User{Username: "ana", DateJoined: time.Now()})
		})
		if !errors.Is(err, models.ErrConflict) {
			t.Error(err)
		}
		name := s.dialect.system()
		want := []string{
			name + " SELECT auth_user: not found",
			name + " SELECT students_student: done",
			name + " transaction : done",
			"." + name + " DELETE django_session: done",
			name + " transaction : conflict",
			"." + name + " INSERT auth_user: conflict",
		}
		if !slices.Equal(l.heard, want) {
			t.Errorf("heard\n%q\nwant\n%q", l.heard, want)
		}
	})
}

func TestStatementsInTwoWords(t *testing.T) {
	for query, want := range map[string]string{
		userBy[models.UserFieldID]:                                          "SELECT auth_user",
		selectUser + "WHERE email = 'x'' FROM y'":                           "SELECT auth_user",
		"INSERT INTO a (b) VALUES (?) ON CONFLICT DO UPDATE SET b = 1":      "INSERT a",
		"UPDATE \"a\"\n\tSET b = (SELECT c FROM d) WHERE e = ?":             "UPDATE a",
		"DELETE FROM a WHERE b IN (SELECT c FROM d LIMIT 1)":                "DELETE a",
		"SELECT pg_advisory_xact_lock(hashtextextended('FROM x ' || ?, 0))": "SELECT ",
		"SELECT EXTRACT(x FROM y), 'a (FROM b' FROM c, d":                   "SELECT c",
		"SELECT 1 FROM (SELECT 2) AS a":                                     "SELECT AS", // of no statement of ours
		"WITH a AS (DELETE FROM b RETURNING c) UPDATE d SET e = a.c FROM a": "UPDATE d",
		"":         " ",
		"PRAGMA x": " ",
	} {
		verb, table := summary(query)
		if got := verb + " " + table; got != want {
			t.Errorf("%q is %q, want %q", query, got, want)
		}
	}
}
