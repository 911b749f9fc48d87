package replay

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
)

// message is a mail that was written.
type message struct {
	to, from, subject string
	text, html        *string // nil: there is no such part
}

// expectedMail is what a recording says of a mail. Subjects and texts compare with matchers.
type expectedMail struct {
	To        string          `json:"to"`
	From      string          `json:"from"`
	Subject   string          `json:"subject"`
	Link      *string         `json:"link"`       // regular expression, to be found in the text and in the HTML part if any
	BodyRegex *string         `json:"body_regex"` // for the whole text
	HTMLRegex *string         `json:"html_regex"`
	HTML      json.RawMessage `json:"html"` // null: there is no HTML part
}

func parseMail(raw []byte) (message, error) {
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return message{}, err
	}
	words := new(mime.WordDecoder)
	var m message
	for name, target := range map[string]*string{"To": &m.to, "From": &m.from, "Subject": &m.subject} {
		if *target, err = words.DecodeHeader(strings.TrimSpace(parsed.Header.Get(name))); err != nil {
			return message{}, err
		}
	}
	m.to, m.from = bare(m.to), bare(m.from)
	err = m.addPart(parsed.Header.Get, parsed.Body)
	return m, err
}

// bare takes off the brackets of an address that has no name before it: they mean nothing.
func bare(header string) string {
	if a, err := mail.ParseAddress(header); err == nil && a.Name == "" {
		return a.Address
	}
	return header
}

// addPart reads one MIME part, and those inside it. The first text and the first HTML count.
func (m *message) addPart(header func(string) string, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(cmp.Or(header("Content-Type"), "text/plain"))
	if err != nil {
		return err
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := m.addPart(part.Header.Get, part); err != nil {
				return err
			}
		}
	}
	target := map[string]**string{"text/plain": &m.text, "text/html": &m.html}[kind]
	if target == nil || *target != nil {
		return nil
	}
	switch strings.ToLower(header("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	content, err := io.ReadAll(body)
	text := strings.TrimRight(strings.ReplaceAll(string(content), "\r\n", "\n"), "\n")
	*target = &text
	return err
}

// textOf is what a part says, or "" when it is missing.
func textOf(part *string) string {
	if part == nil {
		return ""
	}
	return *part
}

func diffMails(want []expectedMail, got []message) []string {
	if len(want) != len(got) {
		list := ""
		for _, m := range got {
			list += fmt.Sprintf(" [%s: %s]", m.to, m.subject)
		}
		return []string{fmt.Sprintf("mail: expected %d, got %d:%s", len(want), len(got), list)}
	}
	var out []string
	for i, w := range want {
		out = append(out, w.diff(&got[i], fmt.Sprintf("mail[%d]", i))...)
	}
	return out
}

func (w *expectedMail) diff(got *message, where string) []string {
	out := diff(strings.TrimSpace(w.To), got.to, where+".to")
	out = append(out, diff(strings.TrimSpace(w.From), got.from, where+".from")...)
	out = append(out, diff(strings.TrimSpace(w.Subject), got.subject, where+".subject")...)
	if w.Link != nil {
		for _, part := range []*string{got.text, cmp.Or(got.html, got.text)} {
			text := textOf(part)
			if !found(*w.Link, html.UnescapeString(text)) {
				out = append(out, fmt.Sprintf("%s: no link /%s/ in %s", where, *w.Link, short(text)))
			}
		}
	}
	for _, part := range []struct {
		name  string
		regex *string
		got   string
	}{{"text", w.BodyRegex, textOf(got.text)}, {"html", w.HTMLRegex, textOf(got.html)}} {
		if part.regex != nil && !found(`\A(?:`+*part.regex+`)\z`, part.got) {
			out = append(out, fmt.Sprintf("%s.%s: expected /%s/, got %s", where, part.name, short(*part.regex), short(part.got)))
		}
	}
	if string(w.HTML) == "null" && got.html != nil {
		out = append(out, where+".html: expected none")
	}
	return out
}

func found(pattern, text string) bool {
	re, err := regexp.Compile("(?s)" + pattern)
	return err == nil && re.MatchString(text)
}
