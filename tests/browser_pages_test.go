package tests

import (
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"

	"watchword/tests/harness"
)

// The links in mails, as their readers follow them.
var (
	wholeConfirmationLink = regexp.MustCompile(`(http://\S+/account-confirm-email/\S+)`)
	wholeResetLink        = regexp.MustCompile(`(http://\S+/password-reset/confirm/\S+)`)
)

const chosenPassword = "another-horse-9-battery"

// TestAccountsBeginAndPasswordsAreChosenInABrowser registers somebody, follows the links of both mails into the pages of
// the server, and logs in: from a page of another origin, and once more in a browser without JavaScript.
func TestAccountsBeginAndPasswordsAreChosenInABrowser(t *testing.T) {
	t.Parallel()
	t.Run("with JavaScript", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, registering())
		s.browser.Open(t, s.app)
		s.liveThroughMails(t, func(path string, body any) int {
			s.browser.Open(t, s.app)
			return s.fetch(t, "POST", path, body).Status
		})
	})
	t.Run("without JavaScript", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, registering(), chromedp.Flag("blink-settings", "scriptEnabled=false"))
		s.liveThroughMails(t, func(path string, body any) int { return s.server.Post(t, path, body).Status })
	})
}

// registering are settings under which only those log in who have proved their address.
func registering() map[string]any {
	return map[string]any{
		"FEATURES":                   map[string]any{"cors": true, "mounts": map[string]string{"dj-rest-auth": "/dj-rest-auth/"}},
		"ACCOUNT_EMAIL_VERIFICATION": "mandatory", "ACCOUNT_EMAIL_REQUIRED": true,
	}
}

// liveThroughMails is the life of an account from its registration to a new password. post sends what the application's
// own pages would.
func (s *stage) liveThroughMails(t *testing.T, post func(path string, body any) int) {
	t.Helper()
	expect := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Fatalf("%s: %d, want %d", what, got, want)
		}
	}
	login := func(password string) int {
		return post("/dj-rest-auth/login/", map[string]string{"username": "ana", "password": password})
	}
	expect("registration", post(registrationPath, map[string]string{"username": "ana", "email": "ana@example.org",
		"password1": ownPassword, "password2": ownPassword}), 201)
	expect("login before the address is confirmed", login(ownPassword), 400)

	s.browser.Open(t, mailed(t, s.server, wholeConfirmationLink))
	s.press(t, "Confirm your e-mail address", "Thank you")
	expect("login", login(ownPassword), 200)

	expect("asking for a link", post("/dj-rest-auth/password/reset/", map[string]string{"email": "ana@example.org"}), 200)
	s.browser.Open(t, mailed(t, s.server, wholeResetLink))
	s.browser.Do(t,
		chromedp.SendKeys(chromedp.CSS("#new_password1"), chosenPassword),
		chromedp.SendKeys(chromedp.CSS("#new_password2"), chosenPassword))
	s.press(t, "Choose a new password", "Your new password is set")
	expect("login with the old password", login(ownPassword), 400)
	expect("login with the new password", login(chosenPassword), 200)
}

// press presses the button of the page titled before, and expects the page titled after.
func (s *stage) press(t *testing.T, before, after string) {
	t.Helper()
	if got := harness.Read(t, s.browser, chromedp.Text(chromedp.CSS("h1"))); got != before {
		t.Fatalf("the page is %q, want %q", got, before)
	}
	s.browser.Follow(t, chromedp.Click(chromedp.CSS("button")))
	if got := harness.Read(t, s.browser, chromedp.Text(chromedp.CSS("h1"))); got != after {
		t.Fatalf("the button leads to %q, want %q", got, after)
	}
}
