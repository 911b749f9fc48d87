package djrestauth_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/auth"
	"watchword/auth/signing"
	"watchword/email"
)

const (
	asked       = `{"detail":"Password reset e-mail has been sent."}`
	wasReset    = `{"detail":"Password has been reset with the new password."}`
	badToken    = `{"token":["Invalid value"]}`
	resetSecret = "a secret key of the tests"
)

// postbox keeps what was promised to be sent.
type postbox struct{ mails, pretended []email.Message }

// Pretend notes what was not sent.
func (p *postbox) Pretend(_ context.Context, m email.Message) error {
	p.pretended = append(p.pretended, m)
	return nil
}

func (p *postbox) Enqueue(_ context.Context, m email.Message) error {
	p.mails = append(p.mails, m)
	return nil
}

func newResets(t *testing.T, cfg auth.ResetConfig, w *world) *auth.ResetMails {
	t.Helper()
	tokens, err := signing.NewResetTokens(signing.Config{SecretKey: resetSecret, Now: clock}, signing.DefaultResetConfig())
	must(t, err)
	templates, err := email.NewTemplates(email.DefaultConfig())
	must(t, err)
	resets := auth.NewResets(cfg, auth.ResetDeps{Accounts: w.core, Store: w.store, Tokens: tokens, Mailer: w.mails})
	return auth.NewResetMails(resets, templates, w.store, 1)
}

// linkParts finds uid and token in a link.
var linkParts = regexp.MustCompile(`(\S*)/password-reset/confirm/([^/]+)/([^/]+)/`)

// link asks for a reset and returns where the link in the mail begins, its uid and its token.
func (w *world) link(address string) (base, uid, token string) {
	w.t.Helper()
	w.mails.mails = nil
	w.want(http.MethodPost, "password/reset/", "", fmt.Sprintf(`{"email":%q}`, address), 200, asked)
	if len(w.mails.mails) != 1 {
		w.t.Fatalf("%d mails for %s, want one", len(w.mails.mails), address)
	}
	parts := linkParts.FindStringSubmatch(w.mails.mails[0].Text)
	if parts == nil {
		w.t.Fatalf("no link in %q", w.mails.mails[0].Text)
	}
	return parts[1], parts[2], parts[3]
}

func confirmBody(uid, token, first, second string) string {
	return fmt.Sprintf(`{"uid":%q,"token":%q,"new_password1":%q,"new_password2":%q}`, uid, token, first, second)
}

func TestALinkIsGoodForOnePassword(t *testing.T) {
	for _, allauth := range []bool{true, false} {
		t.Run(fmt.Sprintf("allauth %v", allauth), func(t *testing.T) {
			w := newWorld(t, func(o *options) { o.dialect.Allauth, o.resets.Allauth = allauth, allauth })
			w.user("alice")
			_, uid, token := w.link("alice@example.com")
			for _, step := range []struct {
				body   string
				status int
				want   string
			}{
				{`{}`, 400, `{"new_password1":["This field is required."],"new_password2":["This field is required."],` +
					`"uid":["This field is required."],"token":["This field is required."]}`},
				{confirmBody("zz", token, "a", "b"), 400, `{"uid":["Invalid value"]}`},
				{confirmBody(uid, "x"+token, "a", "b"), 400, badToken},
				{confirmBody(uid, token, "a", "b"), 400, `{"new_password2":["The two password fields didn’t match."]}`},
				{confirmBody(uid, token, "12345678", "12345678"), 400,
					`{"new_password2":["This password is too common.","This password is entirely numeric."]}`},
				{confirmBody(uid, token, "Fresh-word-77", "Fresh-word-77"), 200, wasReset},
				{confirmBody(uid, token, "Fresh-word-78", "Fresh-word-78"), 400, badToken},
			} {
				w.want(http.MethodPost, "password/reset/confirm/", "", step.body, step.status, step.want)
			}
			if got := w.ask(http.MethodPost, "login/", "", `{"username":"alice","password":"Fresh-word-77"}`); got.Code != 200 {
				t.Errorf("login with the new password: %d %s", got.Code, got.Body)
			}
		})
	}
}

func TestAskingTellsNothing(t *testing.T) {
	w := newWorld(t, asIs)
	w.user("alice")
	known := w.ask(http.MethodPost, "password/reset/", "", `{"email":"alice@example.com"}`)
	unknown := w.ask(http.MethodPost, "password/reset/", "", `{"email":"nobody@example.com"}`)
	if known.Code != unknown.Code || known.Body.String() != unknown.Body.String() {
		t.Errorf("known %d %s, unknown %d %s", known.Code, known.Body, unknown.Code, unknown.Body)
	}
	known.Header().Del("X-Request-Id")
	unknown.Header().Del("X-Request-Id")
	if d := cmp.Diff(known.Header(), unknown.Header()); d != "" {
		t.Error(d)
	}
	if len(w.mails.mails) != 1 {
		t.Errorf("%d mails, want one", len(w.mails.mails))
	}
}

func TestLinksBeginWhereTheSettingsSay(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*options)
		want   string
	}{
		{"where the request came in", asIs, "http://example.com"},
		{"https if told so", func(o *options) { o.dialect.Links.Protocol = "https" }, "https://example.com"},
		{"at the site", func(o *options) { o.dialect.ResetAtSite = true }, "http://example.com"},
		{"at the site without allauth", func(o *options) { o.dialect.Allauth = false }, "http://example.com"},
		{"where users reach the server", func(o *options) {
			o.dialect.ResetAtSite, o.dialect.Links.SiteURL = true, "https://auth.example.org/"
		}, "https://auth.example.org"},
		{"on another server", func(o *options) {
			o.dialect.ResetLink = "https://app.example.org/password-reset/confirm/{uid}/{token}/"
		}, "https://app.example.org"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, tt.change)
			w.user("alice")
			if base, _, _ := w.link("alice@example.com"); base != tt.want {
				t.Errorf("got %s, want %s", base, tt.want)
			}
		})
	}
}

func TestUIDsOfNobodyAreNotToldWhereTheyMustNot(t *testing.T) {
	w := newWorld(t, func(o *options) { o.resets = auth.DefaultResetConfig() })
	w.user("alice")
	_, uid, token := w.link("alice@example.com")
	for _, other := range []string{"zz", "-", "0" + uid, "MQ"} {
		want, status := badToken, 400
		if other == "MQ" { // Django's name for the same user
			want, status = wasReset, 200
		}
		w.want(http.MethodPost, "password/reset/confirm/", "", confirmBody(other, token, "Fresh-word-77", "Fresh-word-77"), status, want)
	}
}
