package email

import (
	"context"
	"slices"
	"sync"
)

// How many mails a Memory keeps: the newest.
const (
	maxKept  = 1000 // for tests, which may send many
	maxInbox = 100  // for people, who look at the last few
)

// Memory keeps mails where a program can look at them: a test, or an inbox for development. Safe for concurrent use.
//
// Source: django.core.mail.backends.locmem.
type Memory struct {
	limit int
	mutex sync.Mutex
	mails []Message
}

// NewMemory returns an empty Memory.
func NewMemory() *Memory { return &Memory{limit: maxKept} }

// NewInbox returns an empty Memory for a page that shows the last hundred mails, whoever they are to. Whoever sees that
// page can take over every account, so it is for demonstrations only.
func NewInbox() *Memory { return &Memory{limit: maxInbox} }

// Send implements Sender. It fails only for a mail that no sender could send.
func (m *Memory) Send(_ context.Context, msg Message) error {
	if _, err := encode(msg, true); err != nil {
		return &SendError{Kind: Permanent, Step: "writing the mail", Err: err}
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.mails = append(m.mails, msg)
	m.mails = m.mails[max(0, len(m.mails)-m.limit):]
	return nil
}

// Mails returns the mails that were sent, the oldest first.
func (m *Memory) Mails() []Message {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return slices.Clone(m.mails)
}
