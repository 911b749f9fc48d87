package main

import (
	"io"
	"log/slog"

	"watchword/email"
	"watchword/email/outbox"
	"watchword/models/gormstore"
)

// mailing is what mails are made, promised and sent with.
type mailing struct {
	templates *email.Templates
	outbox    *outbox.Outbox
	worker    *outbox.Worker
	inbox     *email.Memory // nil: mails are not shown
}

// newMailing puts it together. The backend console prints to stdout. Settings must be valid and have a secret key.
func newMailing(s *Settings, store *gormstore.Store, stdout io.Writer, log *slog.Logger) (*mailing, error) {
	templates, err := email.NewTemplates(s.Email)
	if err != nil {
		return nil, err
	}
	sender, err := email.NewSender(s.Email, stdout)
	if err != nil {
		return nil, err
	}
	cfg := s.outbox()
	box, err := outbox.New(cfg, store)
	if err != nil {
		return nil, err
	}
	mails := &mailing{templates: templates, outbox: box, worker: outbox.NewWorker(cfg, box, store, sender, log)}
	if s.Email.Backend == email.BackendInbox {
		mails.inbox, _ = sender.(*email.Memory)
	}
	return mails, nil
}

// outbox returns the Config of the outbox, completed by other settings.
func (s *Settings) outbox() outbox.Config {
	cfg := s.Outbox
	cfg.Keys = append([]string{s.Signing.SecretKey}, s.Signing.SecretKeyFallbacks...)
	cfg.Lease = max(cfg.Lease, 3*s.Email.SendTimeout()) // it leaves half of a lease to the sender
	if s.Email.Backend.Local() {
		cfg.Concurrency = 1 // mails that people look at should be in order
	}
	return cfg
}
