package tests

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"watchword/tests/harness"
)

// screenshotsVariable names a folder for pictures of all pages; without it they are artifacts of the test.
const screenshotsVariable = "WATCHWORD_SCREENSHOTS"

// The subjects of mails.
const (
	confirmSubject = "Please confirm your e-mail address"
	resetSubject   = "Set a new password"
)

// reader is somebody who reads the pages of the demonstration.
type reader struct {
	server   *harness.Server
	url      string // where the browser finds it
	browser  *harness.Browser
	programs []string // what is loaded into every page
	folder   string
}

// pressed is what came of a button.
type pressed struct {
	Method, Path, Entry, Said string
	Status                    int
}

// TestTheDemonstrationShowsEveryScheme starts the server as somebody does who has only just got it, and does with the
// mouse all that its page offers, and the better part of it once more with the keyboard.
func TestTheDemonstrationShowsEveryScheme(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	r.browser.Open(t, r.url)
	r.load(t)
	r.look(t, "tour")

	r.registers(t)
	r.logsInByEveryScheme(t)
	r.callsWithEveryLogin(t)
	r.refreshesAndLogsOutOne(t)
	r.changesThePassword(t)
	r.resetsThePassword(t)
	r.do(t, "open", "Tour")
	r.look(t, "done")
	r.walksByKeyboard(t)
	r.looksAtThePhone(t)
	r.readsTheDescription(t)
}

func newReader(t *testing.T) *reader {
	t.Helper()
	r := &reader{browser: harness.NewBrowser(t, chromedp.Flag("enable-blink-features", "ComputedAccessibilityInfo")), folder: cmp.Or(os.Getenv(screenshotsVariable), t.ArtifactDir())}
	for _, name := range []string{filepath.Join("clients", "node_modules", "axe-core", "axe.min.js"), filepath.Join("testdata", "browser", "demo.js")} {
		program, err := os.ReadFile(name)
		if err != nil {
			harness.Missing(t, "tests/clients/node_modules (npm ci --prefix tests/clients)")
		}
		r.programs = append(r.programs, string(program))
	}
	r.server = harness.Start(t, harness.Config{Untouched: true, Secrets: []string{ownPassword, chosenPassword}})
	r.url = r.server.Observed(t)
	r.browser.Do(t, chromedp.EmulateViewport(1360, 940))
	return r
}

// load makes the page ready to be read. It is needed after every way to another page.
func (r *reader) load(t *testing.T) {
	t.Helper()
	for _, program := range r.programs {
		harness.Read(t, r.browser, chromedp.Evaluate[chromedp.Void](program))
	}
}

// do calls one of the reader's functions, and press the one that presses a button.
func (r *reader) do(t *testing.T, function string, args ...any) {
	t.Helper()
	harness.Call[any](t, r.browser, "reader."+function, args...)
}

// press presses a button and expects a request with that method, path and status.
func (r *reader) press(t *testing.T, button, place, method, path string, status int) pressed {
	t.Helper()
	got := harness.Call[pressed](t, r.browser, "reader.press", button, place)
	if got.Method != method || got.Path != path || got.Status != status {
		t.Fatalf("%q sends %s %s, answered %d; want %s %s, %d\n%s", button, got.Method, got.Path, got.Status, method, path, status, got.Entry)
	}
	return got
}

// wants expects texts in what is shown.
func wants(t *testing.T, shown string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			t.Errorf("want %q in\n%s", text, shown)
		}
	}
}

// look takes pictures of the page in both colour schemes, and checks it.
func (r *reader) look(t *testing.T, name string) {
	t.Helper()
	for _, theme := range []string{"dark", "light"} {
		r.do(t, "dress", theme)
		r.check(t, name+", "+theme, "faults", theme == "dark")
		r.glance(t, name+"-"+theme)
	}
}

// check looks for what is hard to read, to reach or to understand on the page, by one of the reader's functions.
func (r *reader) check(t *testing.T, name, function string, args ...any) {
	t.Helper()
	for _, fault := range harness.Call[[]string](t, r.browser, "reader."+function, args...) {
		t.Errorf("%s: %s", name, fault)
	}
}

// glance takes a picture, and looks for what does not fit.
func (r *reader) glance(t *testing.T, name string) {
	t.Helper()
	picture := harness.Read(t, r.browser, chromedp.CaptureScreenshot())
	if err := os.WriteFile(filepath.Join(r.folder, name+".png"), picture, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, wide := range harness.Call[[]string](t, r.browser, "reader.overflows") {
		t.Errorf("%s: wider than the page: %s", name, wide)
	}
}

// follow opens the link of a mail in the inbox, and comes back.
func (r *reader) follow(t *testing.T, subject, to string, there ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	r.do(t, "open", "Inbox")
	link := harness.Call[string](t, r.browser, "reader.mailed", subject, to)
	r.browser.Open(t, link)
	if len(there) > 0 {
		r.load(t)
		r.check(t, subject, "faults", false)
		r.browser.Follow(t, there...)
		r.browser.Open(t, r.url+"/demo/")
	}
	r.load(t)
}

// registers makes an account by each protocol, and confirms two of them.
func (r *reader) registers(t *testing.T) {
	t.Helper()
	const form, path = "Make an account", "/dj-rest-auth/registration/"
	r.do(t, "open", "Register")
	r.do(t, "fill", "User name", "ada")
	r.do(t, "fill", "E-mail address", "ada@example.com")
	r.do(t, "fill", "Password", "1234")
	wants(t, r.press(t, "Register", form, "POST", path, 400).Said, "marked fields")
	wants(t, harness.Call[string](t, r.browser, "reader.text"), "too short")
	r.look(t, "register-refused")
	r.do(t, "fill", "Password", ownPassword)
	got := r.press(t, "Register", form, "POST", path, 201)
	if strings.Contains(got.Entry, ownPassword) {
		t.Error("the log shows a password")
	}
	r.look(t, "register")
	r.do(t, "open", "Inbox")
	r.do(t, "mailed", confirmSubject, "ada@example.com")
	r.look(t, "inbox")
	r.follow(t, confirmSubject, "ada@example.com", chromedp.Click(chromedp.CSS("button")))

	r.do(t, "open", "Register")
	r.do(t, "fill", "Protocol", "django-ai-kit-auth")
	r.do(t, "fill", "User name", "bea")
	r.do(t, "fill", "E-mail address", "bea@example.com")
	r.do(t, "fill", "Password", ownPassword)
	r.press(t, "Register", form, "POST", "/api/v1/auth/register/", 201)
	r.follow(t, "Please activate your account", "bea@example.com")
	r.press(t, "Confirm my address", "", "POST", "/api/v1/auth/activate_email/", 200)
}

// logIn logs ada in.
func (r *reader) logIn(t *testing.T, scheme, password, path string, status int) pressed {
	t.Helper()
	r.do(t, "open", "Log in")
	r.do(t, "fill", scheme, "")
	r.do(t, "fill", "User name", "ada")
	r.do(t, "fill", "Password", password)
	return r.press(t, "Log in", "Log in", "POST", path, status)
}

func (r *reader) logsInByEveryScheme(t *testing.T) {
	t.Helper()
	wants(t, r.logIn(t, "Opaque token", "wrong", "/auth/login/", 401).Said, "invalid credentials")
	wants(t, r.logIn(t, "Session", ownPassword, "/api/v1/auth/login/", 200).Entry, "Set-Cookie sessionid", "kept from scripts", "csrftoken")
	r.look(t, "login-session")
	wants(t, r.logIn(t, "Opaque token", ownPassword, "/auth/login/", 200).Entry, "token")
	r.logIn(t, "Opaque token", ownPassword, "/auth/login/", 200)
	wants(t, r.logIn(t, "JWT in the body", ownPassword, "/api/token/", 200).Entry, "What the tokens say", "user_id", "refresh")
	r.look(t, "login-jwt")
	wants(t, r.logIn(t, "JWT in cookies", ownPassword, "/dj-rest-auth/login/", 200).Entry, "access-token", "kept from scripts",
		"set as a cookie")
	r.look(t, "login-cookies")
}

// callsWithEveryLogin calls both resources as each of the five devices.
func (r *reader) callsWithEveryLogin(t *testing.T) {
	t.Helper()
	r.do(t, "open", "Call")
	r.do(t, "fill", "Login", "Nobody")
	r.press(t, "GET /hello/", "", "GET", "/hello/", 401)
	for _, device := range []string{"Device 1", "Device 2", "Device 3", "Device 4", "Device 5"} {
		r.do(t, "fill", "Login", device)
		wants(t, r.press(t, "GET /hello/", "", "GET", "/hello/", 200).Entry, "Hello, World!")
		r.do(t, "fill", "First name", "Grace")
		r.do(t, "fill", "Last name", "Hopper")
		r.do(t, "fill", "E-mail address", "grace@example.com")
		r.do(t, "fill", "Classroom", "A1")
		r.press(t, "Add a student", "Add a student", "GET", "/api/students/", 200)
	}
	wants(t, r.press(t, "GET /api/students/", "", "GET", "/api/students/", 200).Entry, `"pk": 5`)
	r.look(t, "call")
}

// refreshesAndLogsOutOne also tries a refresh token a second time, and looks at the other device.
func (r *reader) refreshesAndLogsOutOne(t *testing.T) {
	t.Helper()
	r.do(t, "open", "Devices")
	r.press(t, "Refresh", "Device 4", "POST", "/api/token/refresh/", 200)
	r.press(t, "Verify", "Device 4", "POST", "/api/token/verify/", 200)
	r.press(t, "Refresh", "Device 5", "POST", "/dj-rest-auth/token/refresh/", 200)
	r.press(t, "Log out", "Device 2", "DELETE", "/auth/logout/", 204)
	r.press(t, "Who am I?", "Device 2", "GET", "/auth-demo/whoami/", 401)
	r.press(t, "Who am I?", "Device 3", "GET", "/auth-demo/whoami/", 200)
	r.look(t, "devices")
	wants(t, r.press(t, "Use the old refresh token", "Device 4", "POST", "/api/token/refresh/", 401).Entry, "token_not_valid")
	r.press(t, "Log out", "Device 5", "POST", "/dj-rest-auth/logout/", 200)
	r.press(t, "Log out", "Device 1", "POST", "/api/v1/auth/logout/", 200)
}

// changesThePassword does it as a new login, and finds the other device logged out.
func (r *reader) changesThePassword(t *testing.T) {
	t.Helper()
	r.logIn(t, "JWT in cookies", ownPassword, "/dj-rest-auth/login/", 200)
	r.do(t, "open", "Password")
	r.do(t, "fill", "Login", "Device 6")
	r.do(t, "fill", "Old password", ownPassword)
	r.do(t, "fill", "New password", chosenPassword)
	r.do(t, "fill", "New password once more", chosenPassword)
	r.press(t, "Change the password", "Change the password", "POST", "/dj-rest-auth/password/change/", 200)
	r.look(t, "password")
	r.do(t, "open", "Devices")
	r.do(t, "says", "Device 3", "logged out")
	r.do(t, "says", "Device 6", "logged in")
	r.press(t, "Who am I?", "Device 3", "GET", "/auth-demo/whoami/", 401)
}

// resetsThePassword does it by the links of both protocols that mail them.
func (r *reader) resetsThePassword(t *testing.T) {
	t.Helper()
	const form = "Ask for a link"
	r.do(t, "open", "Password")
	r.do(t, "fill", "E-mail address", "ada@example.com")
	r.press(t, "Mail me a link", form, "POST", "/dj-rest-auth/password/reset/", 200)
	r.follow(t, resetSubject, "ada@example.com",
		chromedp.SendKeys(chromedp.CSS("#new_password1"), ownPassword),
		chromedp.SendKeys(chromedp.CSS("#new_password2"), ownPassword), chromedp.Click(chromedp.CSS("button")))
	r.logIn(t, "JWT in the body", ownPassword, "/api/token/", 200)

	r.do(t, "open", "Password")
	r.do(t, "fill", "Protocol", "django-ai-kit-auth")
	r.do(t, "fill", "E-mail address", "bea@example.com")
	r.press(t, "Mail me a link", form, "POST", "/api/v1/auth/send_pw_reset_email/", 200)
	r.follow(t, resetSubject, "bea@example.com")
	r.look(t, "choose")
	r.do(t, "fill", "New password", chosenPassword, "Choose a new password")
	r.press(t, "Set the password", "", "POST", "/api/v1/auth/reset_password/", 200)
}

// looksAtThePhone looks at every panel on a small screen.
func (r *reader) looksAtThePhone(t *testing.T) {
	t.Helper()
	r.browser.Do(t, chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
	for _, panel := range []string{"Tour", "Register", "Inbox", "Log in", "Call", "Devices", "Password"} {
		r.do(t, "open", panel)
		r.glance(t, "phone-"+strings.ToLower(strings.ReplaceAll(panel, " ", "")))
	}
}

// readsTheDescription looks at the page that describes all endpoints.
func (r *reader) readsTheDescription(t *testing.T) {
	t.Helper()
	r.browser.Open(t, r.url+"/docs/")
	r.load(t)
	r.check(t, "docs", "slips") // it is too long for the rest
	r.glance(t, "docs")
}
