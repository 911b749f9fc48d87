package email

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// folder writes mails into files.
type folder struct {
	path string
	now  func() time.Time
}

// NewFile returns a sender that writes each mail into a file of its own in the folder path, which it makes if need be.
// A file appears complete or not at all: it is written under a name that begins with a dot. The names sort by time and
// hold the Message-ID, so that a mail that is sent twice replaces itself if it is the same second.
//
// Source: django.core.mail.backends.filebased, which puts all mails of a process into one file.
func NewFile(path string, now func() time.Time) Sender {
	if now == nil {
		now = time.Now
	}
	return &folder{path: path, now: now}
}

// Send implements Sender.
func (f *folder) Send(_ context.Context, m Message) error {
	text, err := encode(m, true)
	if err != nil {
		return &SendError{Kind: Permanent, Step: "writing the mail", Err: err}
	}
	if err := f.write(m.ID, text); err != nil {
		return &SendError{Kind: Unavailable, Step: "writing into EMAIL_FILE_PATH", Err: err}
	}
	return nil
}

func (f *folder) write(id string, text []byte) (err error) {
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return err
	}
	unfinished, err := os.CreateTemp(f.path, ".mail-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(unfinished.Name()))
		}
	}()
	_, err = unfinished.Write(text)
	if err = errors.Join(err, unfinished.Sync(), unfinished.Close()); err != nil {
		return err
	}
	local, _, _ := strings.Cut(id, "@")
	name := f.now().UTC().Format("20060102-150405") + "-" + local + ".eml"
	return os.Rename(unfinished.Name(), filepath.Join(f.path, name))
}
