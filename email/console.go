package email

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
)

// console prints mails.
type console struct {
	mutex sync.Mutex // keeps mails from being mixed up
	w     io.Writer
}

// NewConsole returns a sender that prints mails to w, each followed by a line of 79 dashes.
//
// Source: django.core.mail.backends.console.
func NewConsole(w io.Writer) Sender { return &console{w: w} }

// Send implements Sender.
func (c *console) Send(_ context.Context, m Message) error {
	text, err := encode(m, true)
	if err != nil {
		return &SendError{Kind: Permanent, Step: "writing the mail", Err: err}
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	text = append(text, "\n"+strings.Repeat("-", 79)+"\n"...)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if _, err := c.w.Write(text); err != nil {
		return &SendError{Kind: Unavailable, Step: "printing the mail", Err: err}
	}
	return nil
}
