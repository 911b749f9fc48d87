package pages_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/auth/dialects/pages"
	"watchword/models"
	"watchword/serializers"
)

// core knows one key, one taken key and one reset link.
type core struct {
	confirmed int
	undone    int
	mailed    []string
	password  string
}

func (c *core) Open(_ context.Context, key string) (*models.EmailAddress, error) {
	if key != "good:key" && key != "taken" {
		return nil, auth.ErrLinkInvalid
	}
	return &models.EmailAddress{Email: `<b>"ana"@example.com`}, nil
}

func (c *core) Confirm(ctx context.Context, key string) error {
	if _, err := c.Open(ctx, key); err != nil {
		return err
	}
	if key == "taken" {
		return auth.ErrEmailTaken
	}
	c.confirmed++
	return nil
}

// resets is the part of core about passwords.
type resets struct{ *core }

func (r resets) Open(_ context.Context, link auth.ResetLink) (*models.User, error) {
	switch {
	case link.UID != "1":
		return nil, auth.ErrUnknownUID
	case link.Token != "abc-def":
		return nil, auth.ErrLinkInvalid
	}
	return &models.User{Username: "ana"}, nil
}

func (r resets) Reset(_ context.Context, _ *models.User, _, password string) error {
	if password == "weak" {
		return &auth.WeakPassword{Faults: []auth.PasswordFault{{Code: auth.PasswordTooShort, MinLength: 8}}}
	}
	r.password = password
	return nil
}

// Mail notes who was mailed.
func (r resets) Mail(_ context.Context, address string, _ func(models.Site, auth.ResetLink) string) error {
	r.mailed = append(r.mailed, address)
	return nil
}

// changes is the part of core about addresses: good is the key of a change, and disabled one of a user who is disabled.
type changes struct{ *core }

func (h changes) Open(_ context.Context, key string) (*models.EmailChange, error) {
	if key != "good" && key != "disabled" {
		return nil, auth.ErrLinkInvalid
	}
	return &models.EmailChange{Email: "mine@example.com"}, nil
}

func (h changes) Undo(ctx context.Context, key string) (*models.User, error) {
	if _, err := h.Open(ctx, key); err != nil {
		return nil, err
	}
	h.undone++
	return &models.User{Email: "mine@example.com", IsActive: key == "good"}, nil
}

func newSite(t *testing.T, cfg pages.Config, confirmTarget string) (*dialects.Site, *core) {
	t.Helper()
	siteConfig := dialects.DefaultConfig()
	siteConfig.AllowedHosts = []string{"*"}
	site := dialects.NewSite(siteConfig, dialects.DefaultRESTConfig(), slog.New(slog.NewTextHandler(io.Discard, nil)))
	p, err := pages.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c := &core{}
	p.MountConfirm(site, confirmTarget, cfg, c)
	p.MountPassword(site, "/reset/{uid}/{token}/", resets{c})
	p.MountSent(site, "/sent/")
	p.MountUndoEmail(site, "/undo/{key}/", changes{c}, func(*http.Request, *models.User) (string, error) { return "https://x.test/new", nil })
	p.MountForgotten(site, pages.Forgotten{Path: "/forgotten/", Resets: resets{c}, Bodies: serializers.DefaultConfig(),
		Link: func(*http.Request) func(models.Site, auth.ResetLink) string { return nil }})
	return site, c
}

// send sends a request with a form, which may be empty.
func send(site *dialects.Site, method, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	site.ServeHTTP(answer, r)
	return answer
}

// action is where the form of a page is sent.
func action(t *testing.T, page *httptest.ResponseRecorder) string {
	t.Helper()
	found := regexp.MustCompile(`<form method="post" action="([^"]+)">`).FindStringSubmatch(page.Body.String())
	if found == nil {
		t.Fatalf("%d, no form in %s", page.Code, page.Body)
	}
	return found[1]
}

func TestPagesAreKeptToThemselves(t *testing.T) {
	t.Parallel()
	site, _ := newSite(t, pages.Config{}, "/confirm/{key}/")
	for _, path := range []string{"/confirm/good:key/", "/confirm/bad/", "/reset/1/abc-def/", "/reset/2/x/", "/sent/", "/undo/good/", "/undo/bad/",
		"/forgotten/"} {
		got := send(site, http.MethodGet, path, nil)
		policy := got.Header().Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "style-src 'sha256-", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: the policy %q lacks %s", path, policy, part)
			}
		}
		for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Frame-Options": "DENY"} {
			if got.Header().Get(name) != want {
				t.Errorf("%s: %s is %q, want %s", path, name, got.Header().Get(name), want)
			}
		}
		body := got.Body.String()
		_, rest, _ := strings.Cut(body, "<style>")
		style, _, _ := strings.Cut(rest, "</style>")
		digest := sha256.Sum256([]byte(style))
		if !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(digest[:])+"'") {
			t.Errorf("%s: the policy does not allow the style of the page", path)
		}
		if strings.Contains(body, "<script") || strings.Contains(policy, "unsafe") || !strings.Contains(body, "color-scheme") {
			t.Errorf("%s: %s", path, body)
		}
		if head := send(site, http.MethodHead, path, nil); head.Code != got.Code || head.Body.Len() != 0 {
			t.Errorf("HEAD %s: %d and %d bytes, want %d", path, head.Code, head.Body.Len(), got.Code)
		}
	}
}

func TestAnAddressIsConfirmedByTheButtonOnly(t *testing.T) {
	t.Parallel()
	site, c := newSite(t, pages.Config{}, "/confirm/{key}/")
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPost, http.MethodDelete} {
		send(site, method, "/confirm/good:key/", nil)
	}
	if c.confirmed != 0 {
		t.Fatal("opening the link confirms")
	}
	page := send(site, http.MethodGet, "/confirm/good:key/", nil)
	if body := page.Body.String(); !strings.Contains(body, "&lt;b&gt;") || strings.Contains(body, "<b>\"ana") {
		t.Errorf("the address is not escaped: %s", body)
	}
	if got := send(site, http.MethodPost, action(t, page), nil); got.Code != http.StatusOK || c.confirmed != 1 {
		t.Errorf("the button: %d, confirmed %d times", got.Code, c.confirmed)
	}
	options := send(site, http.MethodOptions, "/confirm/good:key/", nil)
	if options.Code != http.StatusOK || options.Header().Get("Allow") != "GET, HEAD, OPTIONS" || options.Body.Len() != 0 {
		t.Errorf("OPTIONS: %d, Allow %s", options.Code, options.Header().Get("Allow"))
	}
	for path, want := range map[string]int{"/confirm/bad/do/": http.StatusNotFound, "/confirm/taken/do/": http.StatusConflict} {
		if got := send(site, http.MethodPost, path, nil); got.Code != want {
			t.Errorf("POST %s: %d, want %d", path, got.Code, want)
		}
	}
}

func TestAnAddressMayBeConfirmedByOpeningTheLink(t *testing.T) {
	t.Parallel()
	site, c := newSite(t, pages.Config{ConfirmOnGet: true, ConfirmedURL: "https://app.example/welcome"}, "/confirm/{key}")
	send(site, http.MethodHead, "/confirm/good:key", nil)
	if c.confirmed != 0 {
		t.Error("HEAD confirms")
	}
	got := send(site, http.MethodGet, "/confirm/good:key", nil)
	if got.Code != http.StatusSeeOther || got.Header().Get("Location") != "https://app.example/welcome" || c.confirmed != 1 {
		t.Errorf("got %d to %s, confirmed %d times", got.Code, got.Header().Get("Location"), c.confirmed)
	}
	policy := send(site, http.MethodGet, "/confirm/bad", nil).Header().Get("Content-Security-Policy")
	if !strings.HasSuffix(policy, "form-action 'self' https://app.example") {
		t.Errorf("the policy %q keeps browsers from going on", policy)
	}
}

func TestLinksIntoFrontendsHaveNoPage(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"https://app.example/confirm/{key}/", "/app?key={key}", "/app#{key}", "/app/k-{key}/", "app/{key}/"} {
		site, _ := newSite(t, pages.Config{}, target)
		if got := send(site, http.MethodGet, "/confirm/good:key/", nil); got.Code != http.StatusNotFound || strings.Contains(got.Body.String(), "link") {
			t.Errorf("%s: %d %s", target, got.Code, got.Body)
		}
	}
}

func TestAPasswordIsSetByTheForm(t *testing.T) {
	t.Parallel()
	site, c := newSite(t, pages.Config{}, "/confirm/{key}/")
	page := send(site, http.MethodGet, "/reset/1/abc-def/", nil)
	to := action(t, page)
	for _, tt := range []struct{ first, second, said string }{
		{"", "", "Please choose a password."},
		{"one", "two", "The two password fields didn’t match."},
		{"weak", "weak", "This password is too short. It must contain at least 8 characters."},
	} {
		got := send(site, http.MethodPost, to, url.Values{"new_password1": {tt.first}, "new_password2": {tt.second}})
		if got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), tt.said) || action(t, got) != to {
			t.Errorf("%q, %q: %d %s", tt.first, tt.second, got.Code, got.Body)
		}
		if strings.Contains(got.Body.String(), `value="`+tt.first+`"`) && tt.first != "" {
			t.Error("the page repeats the password")
		}
	}
	query := send(site, http.MethodPost, to+"?new_password1=Good-Pass-1&new_password2=Good-Pass-1", nil)
	if query.Code != http.StatusBadRequest || c.password != "" {
		t.Errorf("a password in the query: %d", query.Code)
	}
	form := url.Values{"new_password1": {" Good-Pass-1 "}, "new_password2": {" Good-Pass-1 "}}
	if got := send(site, http.MethodPost, to, form); got.Code != http.StatusOK || c.password != " Good-Pass-1 " {
		t.Errorf("a good one: %d, set to %q", got.Code, c.password)
	}
	for _, path := range []string{"/reset/1/bad/", "/reset/2/abc-def/"} {
		if got := send(site, http.MethodPost, path+"do/", form); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, got.Code)
		}
	}
}

func TestRedirectsThatCannotBeMeantAreRefused(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"javascript:alert(1)", "//evil.example", `/\evil.example`, "evil", "https://a.example; script-src *", "https://u@a.example"} {
		if err := (pages.Config{ConfirmedURL: target}).Validate(); err == nil {
			t.Errorf("%q is accepted", target)
		}
	}
	for _, target := range []string{"", "/done/", "https://a.example/done"} {
		if err := (pages.Config{ConfirmedURL: target}).Validate(); err != nil {
			t.Errorf("%q: %v", target, err)
		}
	}
}

func TestAFaultOfOursIsNoPageOfTheLink(t *testing.T) {
	t.Parallel()
	site := dialects.NewSite(dialects.Config{AllowedHosts: []string{"*"}, MaxBody: 1 << 20}, dialects.DefaultRESTConfig(), slog.New(slog.NewTextHandler(io.Discard, nil)))
	p, err := pages.New(pages.Config{})
	if err != nil {
		t.Fatal(err)
	}
	p.MountConfirm(site, "/confirm/{key}/", pages.Config{}, broken{})
	if got := send(site, http.MethodGet, "/confirm/x/", nil); got.Code != http.StatusInternalServerError {
		t.Errorf("got %d, want 500", got.Code)
	}
}

// broken is a core that is out of order.
type broken struct{}

var errBroken = errors.New("out of order")

func (broken) Open(context.Context, string) (*models.EmailAddress, error) { return nil, errBroken }
func (broken) Confirm(context.Context, string) error                      { return errBroken }

func TestPasswordManagersAreSentToWhereThePasswordIsChanged(t *testing.T) {
	t.Parallel()
	site, _ := newSite(t, pages.Config{}, "/confirm/{key}/")
	pages.MountChangePassword(site, "https://app.example/settings/password")
	got := send(site, http.MethodGet, "/.well-known/change-password", nil)
	if got.Code != http.StatusSeeOther || got.Header().Get("Location") != "https://app.example/settings/password" {
		t.Errorf("got %d to %q", got.Code, got.Header().Get("Location"))
	}
}

func TestAChangeOfAddressIsTakenBackByTheButtonOnly(t *testing.T) {
	t.Parallel()
	site, c := newSite(t, pages.Config{}, "/confirm/{key}/")
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPost} {
		send(site, method, "/undo/good/", nil)
	}
	if c.undone != 0 {
		t.Fatal("opening the link takes the change back")
	}
	for key, next := range map[string]bool{"good": true, "disabled": false} {
		page := send(site, http.MethodGet, "/undo/"+key+"/", nil)
		if !strings.Contains(page.Body.String(), "mine@example.com") {
			t.Errorf("the page does not say which address: %s", page.Body)
		}
		got := send(site, http.MethodPost, action(t, page), nil)
		if got.Code != http.StatusOK || strings.Contains(got.Body.String(), "https://x.test/new") != next {
			t.Errorf("%s: %d %s", key, got.Code, got.Body)
		}
	}
	if got := send(site, http.MethodPost, "/undo/bad/do/", nil); got.Code != http.StatusNotFound || c.undone != 2 {
		t.Errorf("a bad key: %d, undone %d times", got.Code, c.undone)
	}
}

func TestTheAnswerIsTheSameWhoeverForgotThePassword(t *testing.T) {
	t.Parallel()
	site, c := newSite(t, pages.Config{}, "/confirm/{key}/")
	at := action(t, send(site, http.MethodGet, "/forgotten/", nil))
	known := send(site, http.MethodPost, at, url.Values{"email": {"ana@example.com"}})
	unknown := send(site, http.MethodPost, at, url.Values{"email": {"nobody@example.com"}})
	if known.Code != http.StatusOK || known.Body.String() != unknown.Body.String() || len(c.mailed) != 2 {
		t.Errorf("%d %s and %d %s, mailed %v", known.Code, known.Body, unknown.Code, unknown.Body, c.mailed)
	}
	for _, bad := range []string{"", "no address", "<b>@x"} {
		got := send(site, http.MethodPost, at, url.Values{"email": {bad}})
		if got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), `role="alert"`) || strings.Contains(got.Body.String(), "<b>@") {
			t.Errorf("%q: %d %s", bad, got.Code, got.Body)
		}
	}
	if len(c.mailed) != 2 {
		t.Errorf("mailed %v", c.mailed)
	}
}

func TestOtherSitesCannotHaveTheirVisitorsAskForALink(t *testing.T) {
	t.Parallel()
	site, c := newSite(t, pages.Config{}, "/confirm/{key}/")
	for name, header := range map[string][2]string{
		"as the browser says": {"Sec-Fetch-Site", "cross-site"}, "by the origin": {"Origin", "https://evil.test"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/forgotten/do/", strings.NewReader("email=ana%40example.com"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(header[0], header[1])
		answer := httptest.NewRecorder()
		site.ServeHTTP(answer, r)
		if answer.Code != http.StatusForbidden || len(c.mailed) != 0 {
			t.Errorf("%s: %d, mailed %v", name, answer.Code, c.mailed)
		}
	}
}
