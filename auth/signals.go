package auth

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"watchword/models"
)

// hookTimeout is how long the context of a hook lives that is called after the fact.
const hookTimeout = 10 * time.Second

// ErrRefused is what a Pre hook returns to forbid what is about to be done.
var ErrRefused error = refusal{}

// refusal is the type of ErrRefused. What writes answers knows it by its method.
type refusal struct{}

// Error says what happened, for logs.
func (refusal) Error() string { return "refused by a hook" }

// Forbidden says that the client may not do this, whatever it sends.
func (refusal) Forbidden() bool { return true }

// Publisher tells other programs what happens to accounts.
type Publisher interface {
	// Publish promises to tell of e when the transaction of ctx is committed, and never if it is not; at once without a
	// transaction. It waits for nobody.
	Publish(ctx context.Context, e models.Event, u models.User) error
}

// Commits knows transactions.
type Commits interface {
	// AfterCommit calls fn when the transaction of ctx was committed, or at once if there is none.
	AfterCommit(ctx context.Context, fn func())
}

// Signals tells hooks and webhooks what happens to accounts. Whatever part of the core does something to an account
// calls Before and After around it. A nil *Signals tells nobody. It is safe for concurrent use.
type Signals struct {
	hooks   Hooks
	publish Publisher
	commits Commits
	log     *slog.Logger

	auditors []Auditor
}

// NewSignals returns Signals for hooks and webhooks; publisher may be nil.
func NewSignals(hooks Hooks, publisher Publisher, commits Commits, log *slog.Logger) *Signals {
	return &Signals{hooks: hooks, publish: publisher, commits: commits, log: log}
}

// Before tells that e, one of the Pre events, is about to happen to u. On an error it must not happen: ErrRefused or one
// that wraps it, or a fault. Call it before the transaction, or first thing in it.
func (s *Signals) Before(ctx context.Context, e models.Event, u *models.User) error {
	if s == nil {
		return nil
	}
	told := withoutPassword(u)
	if hook := s.hooks.of(e); hook != nil {
		if err := s.call(ctx, hook, e, told); err != nil {
			return fmt.Errorf("hook %s: %w", e, err)
		}
	}
	return s.tell(ctx, e, told)
}

// After tells that e, one of the Post events, has happened to u. Call it last thing in the transaction that did it, and
// give its error back there: it is the store's. The hook is called when the transaction is committed.
func (s *Signals) After(ctx context.Context, e models.Event, u *models.User) error {
	if s == nil {
		return nil
	}
	told := withoutPassword(u)
	if err := s.tell(ctx, e, told); err != nil {
		return err
	}
	if event := audited[e]; event != "" {
		if err := s.Record(ctx, event, u, ""); err != nil {
			return err
		}
	}
	if hook := s.hooks.of(e); hook != nil {
		s.commits.AfterCommit(ctx, func() { s.callAfter(ctx, hook, e, told) })
	}
	return nil
}

// tell leaves word for other programs.
func (s *Signals) tell(ctx context.Context, e models.Event, u models.User) error {
	if s.publish == nil {
		return nil
	}
	return s.publish.Publish(ctx, e, u)
}

// callAfter calls a hook that cannot change anything any more.
func (s *Signals) callAfter(ctx context.Context, hook Hook, e models.Event, u models.User) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hookTimeout)
	defer cancel()
	if err := s.call(ctx, hook, e, u); err != nil {
		s.log.LogAttrs(ctx, slog.LevelError, "a hook failed", slog.String("event", string(e)),
			slog.String("user", string(u.ID)), slog.Any("error", err))
	}
}

// call calls hook, and makes an error of a panic. What was panicked with may be anything, so only its type is told.
func (s *Signals) call(ctx context.Context, hook Hook, e models.Event, u models.User) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			s.log.LogAttrs(ctx, slog.LevelError, "a hook panicked", slog.String("event", string(e)),
				slog.String("stack", string(debug.Stack())))
			err = fmt.Errorf("panicked with a %T", cause)
		}
	}()
	return hook(ctx, u)
}

// withoutPassword is what others are told of u.
func withoutPassword(u *models.User) models.User {
	told := *u
	told.Password = ""
	return told
}
