package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"watchword/email"
)

// sendTestCommand sends a mail at once, past the outbox, so that somebody who sets mail up sees what happens.
//
// Source: Django's sendtestemail.
type sendTestCommand struct {
	Addresses []string `arg:"" name:"address" help:"Who gets it."`
}

// Run sends one mail to each address. It tries all of them, and fails if one failed.
func (c *sendTestCommand) Run(p *program) error {
	loaded, err := p.load()
	if err != nil {
		return err
	}
	templates, err := email.NewTemplates(loaded.Email)
	if err != nil {
		return err
	}
	sender, err := email.NewSender(loaded.Email, p.stdout)
	if err != nil {
		return err
	}
	var failures []error
	for _, address := range c.Addresses {
		m, err := testMail(templates, address)
		if err == nil {
			err = sender.Send(p.ctx, m)
		}
		if err != nil {
			failures = append(failures, fmt.Errorf("the mail to %s was not sent: %w%s", address, err, advice(err)))
			continue
		}
		p.printf("%s: %s.\n", address, whereTo(loaded.Email))
	}
	return errors.Join(failures...)
}

// testMail makes the mail to one address.
func testMail(templates *email.Templates, address string) (email.Message, error) {
	name, err := os.Hostname()
	if err != nil {
		name = "Watchword"
	}
	m, err := templates.Render(email.Test{Site: name})
	if err != nil {
		return m, err
	}
	m.To, m.Date = address, time.Now()
	return m, m.Validate()
}

// whereTo says what has become of a mail that was sent.
func whereTo(cfg email.Config) string {
	switch cfg.Backend {
	case email.BackendSMTP:
		return "the mail server " + net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port)) + " took the mail"
	case email.BackendConsole:
		return "the mail was printed, because EMAIL_BACKEND is console; nobody gets it"
	case email.BackendFile:
		return "the mail was written into " + cfg.FilePath + ", because EMAIL_BACKEND is filebased; nobody gets it"
	default:
		return "the mail was dropped, because EMAIL_BACKEND is " + string(cfg.Backend)
	}
}

// advice says what may help; nothing where the error says it all.
func advice(err error) string {
	var failed *email.SendError
	switch {
	case !errors.As(err, &failed):
		return ""
	case failed.Step == "connecting":
		return " (are EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS and EMAIL_USE_SSL right?)"
	case failed.Step == "AUTH", failed.Code == 530, failed.Code == 535:
		return " (are EMAIL_HOST_USER and EMAIL_HOST_PASSWORD right?)"
	case failed.Step == "MAIL FROM":
		return " (may this server send as DEFAULT_FROM_EMAIL?)"
	}
	return ""
}
