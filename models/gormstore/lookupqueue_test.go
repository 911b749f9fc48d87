package gormstore

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/stdlib"

	"watchword/models"
)

func (l *lookupQueue) length() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting)
}

// joinLater joins in a goroutine, and returns when that waits. The channel has the group that it is to lead.
func (l *lookupQueue) joinLater(q *question, most int) <-chan []*question {
	group, before := make(chan []*question, 1), l.length()
	go func() { group <- l.join(q, most) }()
	for l.length() == before {
		runtime.Gosched()
	}
	return group
}

func TestThoseWhoWaitShareARoundTrip(t *testing.T) {
	var l lookupQueue
	var leading [][]*question
	for range roundTrips {
		leading = append(leading, l.join(&question{}, 3))
	}
	waiting := make([]*question, 5)
	joined := make([]<-chan []*question, len(waiting))
	for i := range waiting {
		waiting[i] = &question{}
		joined[i] = l.joinLater(waiting[i], 3)
	}
	for _, group := range leading {
		if len(group) != 1 {
			t.Errorf("somebody who found nobody leads %d", len(group))
		}
	}
	l.leave(leading[0])
	first := <-joined[0]
	if len(first) != 3 || first[0] != waiting[0] || first[1] != waiting[1] || first[2] != waiting[2] {
		t.Errorf("the first group is %v, want the three oldest of %v", first, waiting)
	}
	l.leave(first)
	for _, follower := range joined[1:3] {
		if group := <-follower; group != nil {
			t.Errorf("a follower is to lead %v", group)
		}
	}
	second := <-joined[3]
	if len(second) != 2 || second[1] != waiting[4] {
		t.Errorf("the second group is %v, want the rest of %v", second, waiting)
	}
	l.leave(second)
	<-joined[4]
	l.leave(leading[1])
	if l.led != 0 || len(l.waiting) != 0 {
		t.Errorf("in the end %d lead and %d wait", l.led, len(l.waiting))
	}
}

// asks is a question for the name of the user of an id.
func asks(id string, name *string) *question {
	return &question{
		query: "SELECT username FROM auth_user WHERE id = CAST($1 AS bigint)", args: []any{id}, into: []any{name},
		until: time.Now().Add(time.Minute), err: errUnanswered,
	}
}

// inOneRoundTrip asks all at once on a connection of the pool.
func inOneRoundTrip(t *testing.T, s *Store, group ...*question) {
	t.Helper()
	err := s.borrow(t.Context(), func(conn any) error { return lookupPostgres(conn.(*stdlib.Conn).Conn(), group) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestEachOfAGroupIsAnsweredByItself(t *testing.T) {
	s := openServer(t)
	var ids [3]string
	for i := range ids {
		u := &models.User{Username: fmt.Sprint("user", i)}
		if err := s.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		ids[i] = string(u.ID)
	}
	for name, odd := range map[string]struct {
		id      string
		missing bool
	}{
		"nobody":                         {"0", true},
		"what PostgreSQL refuses":        {"\x00", false},
		"what PostgreSQL cannot convert": {"no number", false},
	} {
		t.Run(name, func(t *testing.T) {
			var names [3]string
			other := asks(odd.id, new(string))
			inOneRoundTrip(t, s, asks(ids[0], &names[0]), asks(ids[1], &names[1]), other, asks(ids[2], &names[2]))
			if names != [3]string{"user0", "user1", "user2"} {
				t.Errorf("the others were told %q", names)
			}
			if err := translate(other.err); err == nil || errors.Is(err, models.ErrNotFound) != odd.missing {
				t.Errorf("it was told %v; want ErrNotFound: %v", err, odd.missing)
			}
			inOneRoundTrip(t, s, asks(ids[0], new(string))) // the connection is as good as before
		})
	}
}

func TestALostConnectionIsUnavailableToAllOfAGroup(t *testing.T) {
	s := openServer(t)
	tx := s.writer.Begin()
	defer tx.Rollback()
	if err := tx.Exec("LOCK TABLE auth_user IN ACCESS EXCLUSIVE MODE").Error; err != nil {
		t.Fatal(err)
	}
	group := []*question{asks("1", new(string)), asks("2", new(string))}
	for _, q := range group {
		q.until = time.Now().Add(20 * time.Millisecond)
	}
	err := s.borrow(t.Context(), func(conn any) error { return lookupPostgres(conn.(*stdlib.Conn).Conn(), group) })
	if err := translate(err); !errors.Is(err, models.ErrUnavailable) {
		t.Errorf("lookupPostgres = %v, want ErrUnavailable", err)
	}
}

func TestALookupThatHasWaitedTooLongTakesNoConnection(t *testing.T) {
	s := openServer(t)
	s.lookups.SetMaxOpenConns(1)
	s.cfg.StatementTimeout, s.cfg.PoolTimeout = time.Hour, time.Hour
	held, err := s.lookups.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Close() }()
	for _, left := range []time.Duration{-time.Second, 20 * time.Millisecond} { // in the queue already, and for a connection
		q := asks("1", new(string))
		q.until = time.Now().Add(left)
		s.askPostgres(q)
		if err := translate(q.err); !errors.Is(err, models.ErrUnavailable) {
			t.Errorf("with %v left: %v, want ErrUnavailable", left, err)
		}
	}
}

func TestAGroupWaitsAsLongAsTheMostPatientOfIt(t *testing.T) {
	now := time.Now()
	if got := latest([]*question{{until: now}, {until: now.Add(1)}, {until: now.Add(-1)}}); got != now.Add(1) {
		t.Errorf("latest = %v, want %v", got, now.Add(1))
	}
}

func TestFollowersAreToldWhenTheirLeaderPanics(t *testing.T) {
	s := openServer(t)
	u := &models.User{Username: "u"}
	if err := s.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	var ways [roundTrips][]*question
	for i := range ways {
		ways[i] = s.questions.join(&question{}, 1)
	}
	told := make(chan any, 2)
	ask := func(q *question) {
		before := s.questions.length()
		go func() {
			defer func() {
				if reason := recover(); reason != nil {
					told <- "panicked"
					return
				}
				told <- q.err
			}()
			s.askPostgres(q)
		}()
		for s.questions.length() == before {
			runtime.Gosched()
		}
	}
	ask(asks(string(u.ID), nil)) // leads, and has nowhere to put the name
	ask(asks(string(u.ID), new(string)))
	s.questions.leave(ways[0])
	for s.questions.length() > 0 { // until the leader has its follower
		runtime.Gosched()
	}
	for _, way := range ways[1:] {
		s.questions.leave(way)
	}
	got := map[any]bool{<-told: true, <-told: true}
	if !got["panicked"] || !got[errUnanswered] {
		t.Errorf("the two were told %v, want a panic and %v", got, errUnanswered)
	}
	if _, err := s.UserBy(t.Context(), models.UserFieldID, string(u.ID)); err != nil {
		t.Errorf("the next lookup: %v", err)
	}
}

func TestManyLookupsAtOnceGetTheirOwnRows(t *testing.T) {
	for _, most := range []int{1, 2, 32} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			s := openServer(t)
			s.cfg.LookupGroup = most
			users := make([]*models.User, 20)
			for i := range users {
				users[i] = &models.User{Username: fmt.Sprint("user", i)}
				if err := s.CreateUser(t.Context(), users[i]); err != nil {
					t.Fatal(err)
				}
			}
			var all sync.WaitGroup
			for i := range 3 * len(users) {
				all.Go(func() { s.checkUser(t, users[i%len(users)], i) })
			}
			all.Wait()
		})
	}
}

// checkUser looks a user up by id, by name, and with an id that nobody has.
func (s *Store) checkUser(t *testing.T, want *models.User, n int) {
	for range 5 {
		byID, err := s.UserBy(t.Context(), models.UserFieldID, string(want.ID))
		if err != nil || byID.Username != want.Username {
			t.Errorf("by id: %+v, %v; want %s", byID, err, want.Username)
		}
		byName, err := s.UserBy(t.Context(), models.UserFieldUsername, want.Username)
		if err != nil || byName.ID != want.ID {
			t.Errorf("by name: %+v, %v; want %s", byName, err, want.ID)
		}
		_, err = s.UserBy(t.Context(), models.UserFieldID, fmt.Sprint(1_000_000+n))
		if !errors.Is(err, models.ErrNotFound) {
			t.Errorf("nobody: %v, want ErrNotFound", err)
		}
	}
}
