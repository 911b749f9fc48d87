package djrestauth_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/auth/dialects/djrestauth"
	"watchword/auth/signing"
	"watchword/email"
)

// newRegistration puts together what registers users of w.
func newRegistration(t *testing.T, opts options, w *world) *djrestauth.Registration {
	t.Helper()
	templates, err := email.NewTemplates(email.DefaultConfig())
	must(t, err)
	cfg := auth.ExactVerificationConfig()
	cfg.Keys, cfg.Now = signing.Config{SecretKey: resetSecret}, clock
	verifications := auth.NewVerifications(cfg, auth.VerificationDeps{
		Store: w.store, Keys: w.store, Leases: w.store, Mailer: w.mails, Templates: templates,
	})
	return &djrestauth.Registration{
		Signups: auth.NewSignups(opts.signup, w.core, w.store, verifications), Verifications: verifications,
		Accounts: w.core.Recording(),
		Link: func(r *http.Request, key string) string {
			return opts.dialect.Links.Link(r, "/confirm/{key}/", map[string]string{"key": key})
		},
	}
}

// signUpBody is the body of a good registration.
func signUpBody(name string) string {
	return fmt.Sprintf(`{"username":%q,"email":"%s@example.com","password1":%q,"password2":%q}`, name, name, secretOf(name), secretOf(name))
}

// signUp registers and returns the answer.
func (w *world) signUp(name string, status int) map[string]any {
	w.t.Helper()
	got := w.ask(http.MethodPost, "registration/", "", signUpBody(name))
	if got.Code != status {
		w.t.Fatalf("registration of %s: %d %s, want %d", name, got.Code, got.Body, status)
	}
	var answer map[string]any
	if got.Body.Len() > 0 {
		must(w.t, json.Unmarshal(got.Body.Bytes(), &answer))
	}
	return answer
}

// mailedKey is the key in the newest mail.
func (w *world) mailedKey() string {
	w.t.Helper()
	if len(w.mails.mails) == 0 {
		w.t.Fatal("there is no mail")
	}
	parts := regexp.MustCompile(`/confirm/([^/]+)/`).FindStringSubmatch(w.mails.mails[len(w.mails.mails)-1].Text)
	if parts == nil {
		w.t.Fatal("there is no link in the mail")
	}
	return parts[1]
}

func TestWhatARegistrationHandsOut(t *testing.T) {
	safe := func(o *options) { o.dialect.LavishRegistration = false }
	for name, tt := range map[string]struct {
		change   func(*options)
		status   int
		body     []string // names in the answer
		refresh  bool
		sessions bool
	}{
		"a key, and a session": {asIs, 201, []string{"key"}, false, true},
		"a key alone":          {safe, 201, []string{"key"}, false, false},
		"both tokens, and a session, whatever is to be kept for cookies": {func(o *options) { o.dialect.UseJWT = true }, 201,
			[]string{"access", "refresh", "user"}, true, true},
		"what a login does": {func(o *options) { safe(o); o.dialect.UseJWT = true }, 201, []string{"access", "refresh", "user"}, false, false},
		"a session alone":   {func(o *options) { o.dialect.TokenModel = djrestauth.NoToken }, 204, nil, false, true},
		"nothing":           {func(o *options) { safe(o); o.dialect.TokenModel = djrestauth.NoToken }, 204, nil, false, false},
		"nothing before the address is proved": {func(o *options) {
			o.core.EmailVerification, o.signup.EmailRequired = auth.VerificationMandatory, true
		}, 201, []string{"detail"}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tt.change)
			got := w.ask(http.MethodPost, "registration/", "", signUpBody("ana"))
			var answer map[string]any
			if got.Body.Len() > 0 {
				must(t, json.Unmarshal(got.Body.Bytes(), &answer))
			}
			if got.Code != tt.status || len(answer) != len(tt.body) {
				t.Fatalf("got %d %s", got.Code, got.Body)
			}
			for _, member := range tt.body {
				if _, ok := answer[member]; !ok {
					t.Errorf("no %s in %s", member, got.Body)
				}
			}
			if refresh, _ := answer["refresh"].(string); (refresh != "") != tt.refresh {
				t.Errorf("refresh is %q", refresh)
			}
			cookies := strings.Join(got.Header().Values("Set-Cookie"), "\n")
			if strings.Contains(cookies, "sessionid=") != tt.sessions || (w.rows("sessions.session") == 1) != tt.sessions {
				t.Errorf("cookies:\n%s", cookies)
			}
			if len(w.mails.mails) != 1 {
				t.Errorf("%d mails, want one", len(w.mails.mails))
			}
		})
	}
}

func TestFaultsOfARegistrationAreToldTogetherAndInOrder(t *testing.T) {
	w := newWorld(t, asIs)
	w.signUp("taken", 201)
	must(t, w.confirm(w.mailedKey()))
	for body, want := range map[string]string{
		`{}`: `{"username":["This field is required."],"password1":["This field is required."],"password2":["This field is required."]}`,
		`{"username":"TAKEN","email":"Taken@example.com","password1":"123","password2":""}`: `{"username":["A user with that username already exists."],` +
			`"email":["User is already registered with this e-mail address."],` +
			`"password1":["This password is too short. It must contain at least 8 characters.","This password is too common.","This password is entirely numeric."],` +
			`"password2":["This field may not be blank."]}`,
		`{"username":"a b","email":"x","password1":"Good-Pass-1","password2":"x"}`: `{"username":["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."],` +
			`"email":["Enter a valid email address."]}`,
		`{"username":"ana","password1":"Good-Pass-1","password2":"Good-Pass-2"}`:                         `{"non_field_errors":["The two password fields didn't match."]}`,
		`{"username":"someone-new","password1":"someone-new1","password2":"someone-new1"}`:               `{"non_field_errors":["The password is too similar to the username."]}`,
		`{"username":"ana","email":"a@[127.0.0.1]","password1":"Good-Pass-1","password2":"Good-Pass-1"}`: `{"email":["Enter a valid email address."]}`,
		`[]`: `{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`,
	} {
		w.want(http.MethodPost, "registration/", "", body, 400, want)
	}
	if n := w.rows("auth.user"); n != 1 {
		t.Errorf("%d users, want one", n)
	}
}

// confirm sends a key to verify-email/.
func (w *world) confirm(key string) error {
	if got := w.ask(http.MethodPost, "registration/verify-email/", "", fmt.Sprintf(`{"key":%q}`, key)); got.Code != http.StatusOK {
		return fmt.Errorf("verify-email: %d %s", got.Code, got.Body)
	}
	return nil
}

func TestOnlyWhoProvedTheirAddressLogsInWhereThatIsMandatory(t *testing.T) {
	w := newWorld(t, func(o *options) { o.core.EmailVerification, o.signup.EmailRequired = auth.VerificationMandatory, true })
	w.signUp("ana", 201)
	credentials := fmt.Sprintf(`{"username":"ana","password":%q}`, secretOf("ana"))
	w.want(http.MethodPost, "login/", "", credentials, 400, `{"non_field_errors":["E-mail is not verified."]}`)
	key := w.mailedKey()
	must(t, w.confirm(key))
	w.logIn("ana")
	w.want(http.MethodPost, "account-confirm-email/", "", fmt.Sprintf(`{"key":%q}`, key), 404, `{"detail":"Not found."}`)
}

func TestAKnownAddressIsAnsweredLikeAnUnknownOneWhereThatIsHidden(t *testing.T) {
	w := newWorld(t, func(o *options) {
		o.signup.PreventEnumeration = true
		o.core.EmailVerification, o.signup.EmailRequired = auth.VerificationMandatory, true
	})
	w.signUp("owner", 201)
	must(t, w.confirm(w.mailedKey()))
	body := strings.Replace(signUpBody("other"), "other@example.com", "owner@example.com", 1)
	known := w.ask(http.MethodPost, "registration/", "", body)
	unknown := w.ask(http.MethodPost, "registration/", "", signUpBody("third"))
	if known.Code != unknown.Code || known.Body.String() != unknown.Body.String() {
		t.Errorf("known: %d %s, unknown: %d %s", known.Code, known.Body, unknown.Code, unknown.Body)
	}
	if about := w.mails.mails[1]; about.To != "owner@example.com" || !strings.Contains(about.Text, "already have an account") {
		t.Errorf("the owner got %+v", about)
	}
}

func TestResendAnswersAlike(t *testing.T) {
	w := newWorld(t, asIs)
	w.signUp("ana", 201)
	w.mails.mails = nil
	for _, body := range []string{`{"email":"ana@example.com"}`, `{"email":"nobody@example.com"}`, `{}`} {
		w.want(http.MethodPost, "registration/resend-email/", "", body, 200, `{"detail":"ok"}`)
	}
	if len(w.mails.mails) != 1 {
		t.Errorf("%d mails, want one", len(w.mails.mails))
	}
	w.want(http.MethodPost, "registration/resend-email", "", `{"email":"x"}`, 400, `{"email":["Enter a valid email address."]}`)
}

func TestRegistrationMayBeForUsersOnly(t *testing.T) {
	w := newWorld(t, func(o *options) { o.dialect.RegisterPermissions = []dialects.PermissionClass{dialects.Authenticated} })
	w.user("ana")
	if got := w.ask(http.MethodPost, "registration/", "", signUpBody("bob")); got.Code != http.StatusUnauthorized {
		t.Errorf("a stranger: %d %s, want 401", got.Code, got.Body)
	}
	if got := w.ask(http.MethodPost, "registration/", w.key("ana"), signUpBody("bob")); got.Code != http.StatusCreated {
		t.Errorf("a user: %d %s, want 201", got.Code, got.Body)
	}
}

func TestVerifyEmailAnnouncesWhatTheOriginalDoes(t *testing.T) {
	w := newWorld(t, asIs)
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodDelete} {
		got := w.ask(method, "registration/verify-email/", "", "")
		if got.Code != http.StatusMethodNotAllowed || got.Header().Get("Allow") != "POST, OPTIONS, HEAD" {
			t.Errorf("%s: %d, Allow %s", method, got.Code, got.Header().Get("Allow"))
		}
	}
}
