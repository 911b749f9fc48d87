package auth

import (
	"context"
	"errors"
	"log/slog"

	"watchword/auth/throttle"
	"watchword/models"
)

// Auditor keeps what happens to accounts: also what no hook is told of, such as refused logins.
type Auditor interface {
	// Record keeps d in the transaction of ctx, or at once if there is none. Where it comes from is in ctx, too.
	Record(ctx context.Context, d models.Deed) error
}

// audited is what the events of hooks are for auditors. PostLogin is not among them: its scheme is to be told.
var audited = map[models.Event]models.AuditEvent{
	models.EventPostRegistered:     models.AuditRegistered,
	models.EventPostActivated:      models.AuditActivated,
	models.EventPostLogout:         models.AuditLogout,
	models.EventPostForgotPassword: models.AuditResetRequested,
	models.EventPostResetPassword:  models.AuditPasswordReset,
	models.EventPasswordChanged:    models.AuditPasswordChanged,
	models.EventEmailChanged:       models.AuditEmailChanged,
	models.EventDeletionRequested:  models.AuditDeletionRequested,
	models.EventDeleted:            models.AuditDeleted,
	models.EventDeactivated:        models.AuditDeactivated,
}

// Audited returns a copy of s that auditors hear from, too.
func (s *Signals) Audited(auditors ...Auditor) *Signals {
	heard := *s
	heard.auditors = append(heard.auditors[:len(heard.auditors):len(heard.auditors)], auditors...)
	return &heard
}

// Record tells the auditors of something that is no event of hooks. Call it last thing in the transaction that did it,
// and give its error back there: it is the store's.
func (s *Signals) Record(ctx context.Context, event models.AuditEvent, u *models.User, scheme string) error {
	if s == nil {
		return nil
	}
	d := models.Deed{Event: event, Scheme: scheme}
	if u != nil {
		d.User, d.Username = u.ID, u.Username
	}
	for _, auditor := range s.auditors {
		if err := auditor.Record(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// recordRefusal tells the auditors that a password, or one attempt too many, was refused. u is whom it was about, nil for
// nobody or for several. A refusal stands whether or not it could be told.
func (s *Service) recordRefusal(ctx context.Context, u *models.User, refusal error) {
	event := models.AuditLoginRefused
	var often *throttle.Exceeded
	switch {
	case errors.As(refusal, &often):
		event = models.AuditThrottled
	case !errors.Is(refusal, ErrInvalidCredentials):
		return
	}
	if err := s.signals.Record(ctx, event, u, ""); err != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "a refusal cannot be written down", slog.String("event", string(event)),
			slog.Any("error", err))
	}
}
