package email

import (
	"strings"
	"testing"
)

func TestAnAddressIsOnePlainAddress(t *testing.T) {
	long := strings.Repeat("a", 64)
	for text, want := range map[string]string{
		"ada@example.com":                        "ada@example.com",
		"Ada.L+x@Example.COM":                    "Ada.L+x@Example.COM",
		"webmaster@localhost":                    "webmaster@localhost",
		"a'b/c{}|~@x.org":                        "a'b/c{}|~@x.org",
		"a%0d%0aBcc:b@x.org":                     "",
		long + "@x.org":                          long + "@x.org",
		"ada@exämple.com":                        "ada@xn--exmple-cua.com",
		"ada@xn--exmple-cua.com":                 "ada@xn--exmple-cua.com",
		"用户@例子.广告":                               "用户@xn--fsqu00a.xn--4rr70v",
		"":                                       "",
		"ada":                                    "",
		"@example.com":                           "",
		"ada@":                                   "",
		"a@b@x.org":                              "",
		"a@x.org,b@x.org":                        "",
		"a@x.org b@x.org":                        "",
		"a@x.org;b@x.org":                        "",
		"Ada <ada@example.com>":                  "",
		"<ada@example.com>":                      "",
		`"ada l"@example.com`:                    "",
		`"a@b"@example.com`:                      "",
		"ada(comment)@example.com":               "",
		"mike@[127.0.0.1]":                       "",
		"mike@127.0.0.1":                         "",
		"mike@[IPv6:::1]":                        "",
		"mike@example.org.":                      "",
		"mike@example..org":                      "",
		"mike@-example.org":                      "",
		"mike@exa_mple.org":                      "",
		".ada@example.com":                       "",
		"ada.@example.com":                       "",
		"a..da@example.com":                      "",
		"-oQ/tmp@x.org":                          "",
		"mi\u200bke@example.org":                 "",
		"\u202eekim@example.org":                 "",
		"mike\uff20example.org":                  "",
		"mi ke@example.org":                      "",
		"mike@example.org ":                      "",
		"a" + long + "@x.org":                    "",
		"a@" + strings.Repeat("a.", 130) + "org": "",
		"a@" + strings.Repeat("ä.", 100) + "org": "",
		strings.Repeat("a", 64<<10) + "@x.org":   "",
	} {
		got, err := ParseAddress(text)
		if got.Spec != want || (err == nil) != (want != "") {
			t.Errorf("ParseAddress(%.80q) = %q, %v; want %q", text, got.Spec, err, want)
		}
	}
}

func TestASenderMayHaveAName(t *testing.T) {
	for text, want := range map[string]Address{
		"team@example.com":                       {Spec: "team@example.com"},
		"Ref Team <team@ref.test>":               {Name: "Ref Team", Spec: "team@ref.test"},
		`"Doe, J." <team@example.com>`:           {Name: "Doe, J.", Spec: "team@example.com"},
		"Büro <büro@exämple.com>":                {Name: "Büro", Spec: "büro@xn--exmple-cua.com"},
		`Team <"a b"@example.com>`:               {},
		"A <a@example.com>, B <b@example.com>":   {},
		"=?utf-8?q?a=0d=0aBcc:_x?= <a@x.org>":    {},
		"Team <team@example.com":                 {},
		strings.Repeat("a", 500) + "<a@x.org>":   {},
		strings.Repeat("<", 400) + "team@x.org>": {},
	} {
		got, err := ParseSender(text)
		if (err == nil) != (want.Spec != "") || err == nil && got != want {
			t.Errorf("ParseSender(%.80q) = %+v, %v; want %+v", text, got, err, want)
		}
	}
}
