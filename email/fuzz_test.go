package email

import (
	"bytes"
	"net/mail"
	"slices"
	"testing"
)

// FuzzMessage sends whatever passes Validate, and looks at it as its receiver does: nothing may have become a header or
// a recipient.
func FuzzMessage(f *testing.F) {
	f.Add("ada@example.com", "Team <team@example.com>", "Hello", "text\n", "<p>\n", "X-Kind", "value")
	f.Add("用户@例子.广告", "=?utf-8?q?Gr=C3=BC=C3=9Fe?= <a@x.org>", "Grüße", ".\r\n.\nBcc: x", "", "X", "=?utf-8?q?=0d=0aBcc:?=")
	f.Add("a@x.org\r\nBcc: b@x.org", "a@x.org", "a\r\nb", "t", "", "Bcc", "x")
	f.Fuzz(func(t *testing.T, to, from, subject, text, html, name, value string) {
		m := newMessage()
		m.To, m.From, m.Subject, m.Text, m.HTML, m.Header = to, from, subject, text, html, map[string]string{name: value}
		if m.Validate() != nil {
			return
		}
		for _, readable := range []bool{false, true} {
			raw, err := encode(m, readable)
			if err != nil {
				t.Fatalf("a valid message cannot be written: %v", err)
			}
			got, err := mail.ReadMessage(bytes.NewReader(raw))
			if err != nil {
				t.Fatalf("%v in\n%q", err, raw)
			}
			allowed := []string{
				"Date", "Message-Id", "From", "To", "Subject", "Mime-Version", "Auto-Submitted", "Content-Type",
				"Content-Transfer-Encoding",
			}
			for header, values := range got.Header {
				if slices.Contains(allowed, header) && len(values) != 1 {
					t.Errorf("%d times %s in\n%q", len(values), header, raw)
				}
			}
			if n := len(got.Header); n > len(allowed)+1 {
				t.Errorf("%d headers in\n%q", n, raw)
			}
			if got.Header.Get("Bcc") != "" || got.Header.Get("Cc") != "" {
				t.Errorf("another recipient in\n%q", raw)
			}
			if list, err := got.Header.AddressList("To"); err != nil || len(list) != 1 {
				t.Errorf("To: %v, %v in\n%q", list, err, raw)
			}
		}
	})
}

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"ada@example.com", `"a b"@x.org`, "a@[1.2.3.4]", "用户@例子.广告", "a@xn--a.org"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		address, err := ParseAddress(text)
		if err != nil {
			return
		}
		again, err := ParseAddress(address.Spec)
		if err != nil || again != address {
			t.Errorf("%q becomes %q, and that %q, %v", text, address.Spec, again.Spec, err)
		}
	})
}
