package tests

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"watchword/tests/harness"
)

// maxTabs is more than there is to reach on any page.
const maxTabs = 120

// walksByKeyboard registers, confirms the address, logs in by two schemes, calls, refreshes, logs out and chooses a new
// password with nothing but keys, and goes by what is announced.
func (r *reader) walksByKeyboard(t *testing.T) {
	t.Helper()
	harness.Read(t, r.browser, chromedp.Evaluate[chromedp.Void]("sessionStorage.clear()"))
	r.browser.Open(t, r.url+"/demo/activate/") // the address without a secret leads to the form
	r.load(t)

	r.tab(t, "link Skip to the content", kb.Enter)
	r.do(t, "reaches", "heading Make an account")
	r.tab(t, "combobox Protocol", kb.ArrowDown) // django-ai-kit-auth: its mails lead back to this page
	r.tab(t, "textbox User name", "kim")
	r.tab(t, "textbox E-mail address", "kim@example.com")
	r.tab(t, "textbox Password", "1234"+kb.Enter)
	r.do(t, "hears", "marked fields")
	r.do(t, "reaches", "textbox Password")
	r.keys(t, strings.Repeat(kb.Backspace, 4)+ownPassword+kb.Enter)
	r.do(t, "hears", "The account is made.")
	r.tab(t, "link Confirm the address", kb.Enter)
	r.opensTheNewestMail(t, "Please activate your account")
	r.tab(t, "button Confirm my address", kb.Enter)
	r.do(t, "hears", "The address is confirmed.")

	r.goes(t, "Log in", "Log in")
	r.tab(t, "radio Session", kb.ArrowDown)
	r.do(t, "reaches", "radio Opaque token")
	r.tab(t, "textbox Password", ownPassword+kb.Enter)
	r.do(t, "hears", "kim is logged in as Device 1.")
	r.tab(t, "radio Opaque token", kb.ArrowDown)
	r.tab(t, "button Log in", kb.Enter)
	r.do(t, "hears", "kim is logged in as Device 2.")
	r.do(t, "reaches", "button Log in")

	r.goes(t, "Call", "Call what is protected")
	r.tab(t, "button GET /hello/", " ")
	r.do(t, "hears", "GET /hello/ answered 200")
	r.goes(t, "Devices", "Devices")
	r.tab(t, "button Refresh", kb.Enter)
	r.do(t, "hears", "there are new tokens")
	r.do(t, "reaches", "button Refresh")
	r.tab(t, "button Log out", kb.Enter)
	r.do(t, "hears", "Logged out.")
	r.do(t, "reaches", "heading Device 2")

	r.goes(t, "Password", "Password")
	r.tab(t, "combobox Protocol", kb.ArrowDown)
	r.tab(t, "textbox E-mail address", kb.Enter) // it is known
	r.do(t, "hears", "in the inbox")
	r.tab(t, "link in the inbox", kb.Enter)
	r.opensTheNewestMail(t, resetSubject)
	r.tab(t, "textbox New password", chosenPassword+kb.Enter)
	r.do(t, "hears", "The new password is set.")
	r.tab(t, "link Log in with it", kb.Enter)
	r.do(t, "reaches", "heading Log in")
	r.tab(t, "textbox Password", chosenPassword+kb.Enter)
	r.do(t, "hears", "kim is logged in as Device 3.")
}

// keys presses keys.
func (r *reader) keys(t *testing.T, keys string) {
	t.Helper()
	r.browser.Do(t, chromedp.KeyEvent(keys))
}

// tab presses the tabulator key until that has the focus whose role and name begin so, and then the keys. All that it
// passes must show that it has the focus.
func (r *reader) tab(t *testing.T, on, keys string) {
	t.Helper()
	r.tabTo(t, on)
	r.keys(t, keys)
}

func (r *reader) tabTo(t *testing.T, on string) {
	t.Helper()
	var passed []string
	for range maxTabs {
		r.keys(t, kb.Tab)
		got := harness.Call[struct{ On, Unseen string }](t, r.browser, "reader.focus")
		if got.Unseen != "" {
			t.Errorf("the focus on %q: %s", got.On, got.Unseen)
		}
		if strings.HasPrefix(got.On, on) {
			return
		}
		passed = append(passed, got.On)
	}
	t.Fatalf("the tabulator key never reaches %q:\n%s", on, strings.Join(passed, "\n"))
}

// goes goes to a panel by the navigation, and expects its heading to have the focus.
func (r *reader) goes(t *testing.T, panel, heading string) {
	t.Helper()
	r.tab(t, "link "+panel, kb.Enter)
	r.do(t, "reaches", "heading "+heading)
}

// opensTheNewestMail waits for it and opens the link in it, which leads back to the page.
func (r *reader) opensTheNewestMail(t *testing.T, subject string) {
	t.Helper()
	r.do(t, "hears", subject+", to kim@example.com")
	r.tabTo(t, "link http")
	r.browser.Follow(t, chromedp.KeyEvent(kb.Enter))
	r.load(t)
}
