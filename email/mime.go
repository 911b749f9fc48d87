package email

import (
	"bytes"
	"strings"

	"github.com/wneessen/go-mail"
)

// maxLine is the longest line that may be sent without an encoding that folds it (RFC 5322 section 2.1.1).
const maxLine = 998

// encode writes m as an RFC 5322 message: plain text, and before HTML if there is any. readable leaves text as it is
// where that is possible, for people who look at the message itself; otherwise it is made fit for any mail server.
func encode(m Message, readable bool) ([]byte, error) {
	from, err := ParseSender(m.From)
	if err != nil {
		return nil, err
	}
	to, err := ParseAddress(m.To)
	if err != nil {
		return nil, err
	}
	encoding := mail.EncodingQP
	if readable && !hasLongLine(m.Text) && !hasLongLine(m.HTML) {
		encoding = mail.NoEncoding
	}
	msg := mail.NewMsg(mail.WithEncoding(encoding), mail.WithNoDefaultUserAgent())
	if err := msg.FromFormat(from.Name, from.Spec); err != nil {
		return nil, err
	}
	if err := msg.To(to.Spec); err != nil {
		return nil, err
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.Date.UTC())
	msg.SetMessageIDWithValue(m.ID)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: let no holiday notice answer it
	for name, value := range m.Header {
		msg.SetGenHeader(mail.Header(name), value)
	}
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	}
	var out bytes.Buffer
	_, err = msg.WriteTo(&out)
	return out.Bytes(), err
}

func hasLongLine(text string) bool {
	for line := range strings.Lines(text) {
		if len(line) > maxLine {
			return true
		}
	}
	return false
}
