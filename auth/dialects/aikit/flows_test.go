package aikit_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/auth"
	"watchword/models"
)

const ada = `{"username":"ada","email":"ada@example.com","password":"` + goodPassword + `"}`

func TestALife(t *testing.T) {
	b := newWorld(t, safe()).browser()
	b.wantMe("")
	b.post("/register/", ada, 201, "{}")
	b.post("/login/", `{"ident":"ada","password":"`+goodPassword+`"}`, 400, `{"non_field_errors":["invalid_credentials"]}`)
	link, _ := b.link()
	b.post("/activate_email/", "{"+link+"}", 200, "")
	b.post("/activate_email/", "{"+link+"}", 400, `{"error":"activation_link_invalid"}`)
	before := b.cookies["sessionid"]
	b.post("/login/", `{"ident":"ADA@example.com","password":"`+goodPassword+`"}`, 200,
		`{"user":{"id":1,"email":"ada@example.com","username":"ada"},"csrf":"*"}`)
	if b.cookies["sessionid"] == before {
		t.Error("the session kept its key over the login")
	}
	b.wantMe("ada")
	b.post("/logout/", "{}", 200, `{"csrf":"*"}`)
	b.wantMe("")
	b.post("/send_pw_reset_email/", `{"ident":"ada"}`, 200, "")
	link, mails := b.link()
	b.post("/reset_password/", "{"+link+`,"password":"short"}`, 400, `{"password":["password_too_short"]}`)
	b.post("/reset_password/", "{"+link+`,"password":"another-unguessable-8"}`, 200, "{}")
	b.post("/reset_password/", "{"+link+`,"password":"another-unguessable-9"}`, 400, `{"error":"reset_password_link_invalid"}`)
	b.post("/login/", `{"ident":"ada","password":"another-unguessable-8"}`, 200, anything)
	if mails != 2 {
		t.Errorf("%d mails, want 2", mails)
	}
}

func TestALoginMustBeMeant(t *testing.T) {
	w := newWorld(t, exact())
	w.user("ada")
	b := w.browser()
	right := `{"ident":"ada","password":"` + goodPassword + `"}`
	for name, token := range map[string]string{"no session": strings.Repeat("a", 64), "empty": ""} {
		b.csrf = token
		if got := b.send(http.MethodPost, "/login/", right); got.Code != 403 || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/html") ||
			got.Header().Get("Allow") != "POST, OPTIONS" {
			t.Errorf("%s: %d %v", name, got.Code, got.Header())
		}
	}
	b.wantMe("")
	good := b.csrf
	b.csrf = strings.Repeat("b", 64)
	b.post("/login/", right, 403, anything)
	b.csrf = good
	b.post("/login/", right, 200, anything)
	b.csrf = good // from before the login
	b.post("/logout/", "{}", 403, `{"detail":"CSRF Failed: CSRF token from the 'X-Csrftoken' HTTP header incorrect."}`)
	b.post("/validate_password/", `{"password":"`+goodPassword+`"}`, 403, anything)
	b.wantMe("ada")
}

func TestNothingThatWorksIsNeededByStrangers(t *testing.T) {
	w := newWorld(t, safe())
	b := w.browser()
	b.post("/logout/", "{}", 403, `{"detail":"Authentication credentials were not provided."}`)
	b.post("/validate_password/", `{"password":"`+goodPassword+`"}`, 200, "{}")
	b.post("/send_pw_reset_email/", `{"ident":"nobody"}`, 200, "")
	if _, mails := w.link(); mails != 0 {
		t.Errorf("%d mails, want none", mails)
	}
}

func TestWhatIsWrongWithBodies(t *testing.T) {
	const list = `{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`
	w := newWorld(t, exact())
	w.user("ada")
	b := w.browser()
	b.wantMe("")
	for _, test := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/login/", "{}", 400, `{"ident":["required"],"password":["required"]}`},
		{"/login/", `{"ident":" ","password":""}`, 400, `{"ident":["blank"],"password":["blank"]}`},
		{"/login/", `{"ident":[],"password":null}`, 400, `{"ident":["Not a valid string."],"password":["This field may not be null."]}`},
		{"/login/", `[]`, 400, list},
		{"/register/", "{}", 400, `{"password":["required"],"email":["required"]}`},
		{"/register/", "[]", 400, list},
		{"/register/", `{"username":"","email":"","password":""}`, 400, `{"password":["blank"],"email":["blank"]}`},
		{"/register/", `{"username":null,"email":"a@b","password":true}`, 400,
			`{"username":["This field may not be null."],"password":["Not a valid string."],"email":["Enter a valid email address."]}`},
		{"/register/", `{"username":"` + strings.Repeat("u", 151) + `","email":"u@example.com","password":"` + goodPassword + `"}`, 400,
			`{"username":["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."]}`},
		{"/register/", `{"username":"u","email":"` + strings.Repeat("e", 250) + `@example.com","password":"` + goodPassword + `"}`, 400,
			`{"email":["Enter a valid email address."]}`},
		{"/register/", `{"username":"u\u0000","email":"u@example.com","password":"` + goodPassword + `"}`, 400,
			`{"username":["Null characters are not allowed."]}`},
		{"/register/", `{"username":"ada","email":"u@example.com","password":"` + goodPassword + `"}`, 400, `{"username":["username_unique"]}`},
		{"/register/", `{"username":"u","email":"ADA@example.com","password":"` + goodPassword + `"}`, 400, `{"email":["email_unique"]}`},
		{"/validate_password/", "{}", 400, `{"password":["required"]}`},
		{"/validate_password/", `{"password":"12345"}`, 400, `{"password":["password_too_short","password_too_common","password_entirely_numeric"]}`},
		{"/validate_password/", `{"password":"x","ident":""}`, 400, `{"ident":["This field may not be blank."]}`},
		{"/validate_password/", `{"password":"x","ident":"abc"}`, 400, `{"non_field_errors":["unknown_user"]}`},
		{"/validate_password/", `{"password":"x","ident":"99999999999999999999999"}`, 400, `{"non_field_errors":["unknown_user"]}`},
		{"/send_pw_reset_email/", "{}", 400, `{"ident":["required"]}`},
		{"/send_pw_reset_email/", `{"email":"ada@example.com"}`, 400, `{"ident":["required"]}`},
		{"/send_pw_reset_email/", "[]", 400, list},
		{"/send_pw_reset_email/", `{"ident":null}`, 200, ""},
		{"/send_pw_reset_email/", `{"ident":["ada"]}`, 200, ""},
		{"/send_pw_reset_email/", `{"ident":"a\u0000"}`, 200, ""},
		{"/activate_email/", "{}", 400, `{"error":"activation_link_invalid"}`},
		{"/activate_email/", "[]", 400, `{"error":"activation_link_invalid"}`},
		{"/activate_email/", "null", 400, `{"error":"activation_link_invalid"}`},
		{"/activate_email/", `{"ident":561465857,"token":5}`, 400, `{"error":"activation_link_invalid"}`},
		{"/activate_email/", `{"ident":{},"token":[]}`, 400, `{"error":"activation_link_invalid"}`},
		{"/reset_password/", "{}", 400, `{"ident":["required"],"token":["required"]}`},
		{"/reset_password/", "[]", 400, list},
		{"/reset_password/", `{"ident":"561465857","token":"x"}`, 400, `{"error":"reset_password_link_invalid"}`},
		{"/reset_password/", `{"ident":"561465857","token":null,"password":"x"}`, 400, `{"error":"reset_password_link_invalid"}`},
		{"/reset_password/", `{"ident":"561465857","token":"zzzzzzzzzzzzzz-` + strings.Repeat("a", 32) + `","password":"x"}`, 400,
			`{"error":"reset_password_link_invalid"}`},
	} {
		b.post(test.path, test.body, test.status, test.want)
	}
	b.post("/send_pw_reset_email/", `{"ident":"ada"}`, 200, "")
	link, mails := b.link()
	b.post("/reset_password/", "{"+link+"}", 400, `{"password":["required"]}`)
	b.post("/reset_password/", "{"+link+`,"password":""}`, 400, `{"password":["blank"]}`)
	if mails != 1 {
		t.Errorf("%d mails, want 1", mails)
	}
}

func TestAPasswordIsTheSameEverywhere(t *testing.T) {
	for name, test := range map[string]struct {
		options
		stripped int // status of a login without the spaces
	}{"safe": {safe(), 400}, "exact": {exact(), 200}} {
		b := newWorld(t, test.options).browser()
		b.t = t
		b.post("/register/", `{"username":"ada","email":"ada@example.com","password":" `+goodPassword+` "}`, 201, "{}")
		link, _ := b.link()
		b.post("/activate_email/", "{"+link+"}", 200, "")
		b.wantMe("")
		b.post("/login/", `{"ident":"ada","password":"`+goodPassword+`"}`, test.stripped, anything)
		b.post("/login/", `{"ident":"ada","password":" `+goodPassword+` "}`, 200, anything)
		b.post("/send_pw_reset_email/", `{"ident":"ada"}`, 200, "")
		link, _ = b.link()
		b.post("/reset_password/", "{"+link+`,"password":" another-unguessable-8 "}`, 200, "{}")
		b.wantMe("") // the session ended with the password
		b.post("/login/", `{"ident":"ada","password":" another-unguessable-8 "}`, 200, anything)
		b.post("/logout/", "{}", 200, anything)
		b.post("/login/", `{"ident":"ada","password":"another-unguessable-8"}`, test.stripped, anything)
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestValidatingAPasswordTellsOfOthersOnlyWhereItIsToldTo(t *testing.T) {
	for name, test := range map[string]struct {
		options
		known, similar, unknown string
	}{
		"safe":  {safe(), "{}", "{}", "{}"},
		"exact": {exact(), "{}", `{"password":["password_too_similar"]}`, `{"non_field_errors":["unknown_user"]}`},
	} {
		w := newWorld(t, test.options)
		w.user("gregorius")
		for body, want := range map[string]string{
			`{"ident":"561465857","password":"` + goodPassword + `"}`: test.known,
			`{"ident":"561465857","password":"gregorius1"}`:           test.similar,
			`{"ident":"436885871","password":"` + goodPassword + `"}`: test.unknown,
		} {
			got := w.browser().send(http.MethodPost, "/validate_password/", body).Body.String()
			if got != want {
				t.Errorf("%s: %s = %s, want %s", name, body, got, want)
			}
		}
		b := w.browser()
		b.post("/send_pw_reset_email/", `{"ident":"gregorius"}`, 200, "")
		link, _ := b.link()
		b.post("/reset_password/", "{"+link+`,"password":"gregorius1"}`, 400, `{"password":["password_too_similar"]}`)
	}
}

func TestDisabledUsersAreEnabledByMailsOnlyWhereTheSettingsSaySo(t *testing.T) {
	for name, test := range map[string]struct {
		options
		mails  int
		active bool
	}{"safe": {safe(), 0, false}, "exact": {exact(), 1, true}} {
		w := newWorld(t, test.options)
		u := w.user("ada")
		must(t, w.store.SetActive(t.Context(), u.ID, false))
		b := w.browser()
		b.post("/send_pw_reset_email/", `{"ident":"ada"}`, 200, "")
		link, mails := w.link()
		if mails != test.mails {
			t.Fatalf("%s: %d mails, want %d", name, mails, test.mails)
		}
		if mails > 0 {
			b.post("/reset_password/", "{"+link+`,"password":"another-unguessable-8"}`, 200, "{}")
		}
		got, err := w.store.UserBy(t.Context(), models.UserFieldID, string(u.ID))
		must(t, err)
		if got.IsActive != test.active {
			t.Errorf("%s: active %v, want %v", name, got.IsActive, test.active)
		}
	}
}

func TestRandomNamesAreMadeUnlessNamesAreAskedFor(t *testing.T) {
	o := safe()
	w := newWorld(t, o)
	w.browser().post("/register/", `{"email":"a@example.com","password":"`+goodPassword+`"}`, 201, "{}")
	w.browser().post("/register/", `{"username":" ","email":"b@example.com","password":"`+goodPassword+`"}`, 201, "{}")
	u, err := w.store.UserBy(t.Context(), models.UserFieldEmail, "a@example.com")
	if err != nil || len(u.Username) != 36 {
		t.Errorf("got %+v, %v; want a UUID", u, err)
	}
	o.dialect.UsernameRequired = true
	b := newWorld(t, o).browser()
	b.post("/register/", `{"email":"a@example.com","password":"`+goodPassword+`"}`, 400, `{"username":["required"]}`)
	b.post("/register/", `{"username":" ","email":"a@example.com","password":"`+goodPassword+`"}`, 400, `{"username":["blank"]}`)
}

func TestOfManyRegistrationsAtOnceOneIsMadeAndTheOthersAreTold(t *testing.T) {
	w := newWorld(t, safe())
	var mu sync.Mutex
	got := map[string]int{}
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			body := fmt.Sprintf(`{"username":"ada","email":"ada%d@example.com","password":%q}`, i, goodPassword)
			if i%2 == 1 {
				body = fmt.Sprintf(`{"username":"bob%d","email":"Bob@example.com","password":%q}`, i, goodPassword)
			}
			answer := w.browser().send(http.MethodPost, "/register/", body)
			mu.Lock()
			defer mu.Unlock()
			got[fmt.Sprint(answer.Code, answer.Body)]++
		})
	}
	all.Wait()
	want := map[string]int{"201 {}": 2, `400 {"username":["username_unique"]}`: 5, `400 {"email":["email_unique"]}`: 5}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, mails := w.link(); mails != 2 {
		t.Errorf("%d mails, want 2", mails)
	}
}

func TestTheSignalsComeInOrder(t *testing.T) {
	var mu sync.Mutex
	var heard []string
	hear := func(name string) auth.Hook {
		return func(_ context.Context, u models.User) error {
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, name+" "+u.Username)
			if u.Password != "" {
				t.Errorf("%s was given a password", name)
			}
			return nil
		}
	}
	o := safe()
	o.hooks = auth.Hooks{
		PreRegistered: hear("pre_registered"), PostRegistered: hear("post_registered"),
		PreActivated: hear("pre_activated"), PostActivated: hear("post_activated"),
		PreLogin: hear("pre_login"), PostLogin: hear("post_login"), PreLogout: hear("pre_logout"), PostLogout: hear("post_logout"),
		PreForgotPassword: hear("pre_forgot"), PostForgotPassword: hear("post_forgot"),
		PreResetPassword: hear("pre_reset"), PostResetPassword: hear("post_reset"),
	}
	b := newWorld(t, o).browser()
	b.post("/register/", `{"username":"ada","email":"nope"}`, 400, anything)
	b.post("/register/", ada, 201, "{}")
	link, _ := b.link()
	b.post("/activate_email/", `{"ident":"561465857","token":"x"}`, 400, anything)
	b.post("/activate_email/", "{"+link+"}", 200, "")
	b.wantMe("")
	b.post("/login/", `{"ident":"ada","password":"wrong"}`, 400, anything)
	b.post("/login/", `{"ident":"ada","password":"`+goodPassword+`"}`, 200, anything)
	b.post("/logout/", "{}", 200, anything)
	b.post("/send_pw_reset_email/", `{"ident":"nobody"}`, 200, "")
	b.post("/send_pw_reset_email/", `{"ident":"ada"}`, 200, "")
	link, _ = b.link()
	b.post("/reset_password/", "{"+link+`,"password":"1"}`, 400, anything)
	b.post("/reset_password/", "{"+link+`,"password":"another-unguessable-8"}`, 200, "{}")
	want := []string{"pre_registered ada", "pre_registered ada", "post_registered ada", "pre_activated ada", "post_activated ada",
		"pre_login ada", "post_login ada", "pre_logout ada", "post_logout ada", "pre_forgot ada", "post_forgot ada",
		"pre_reset ada", "pre_reset ada", "post_reset ada"}
	if diff := cmp.Diff(want, heard); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAHookCanRefuse(t *testing.T) {
	o := safe()
	refuse := func(context.Context, models.User) error { return auth.ErrRefused }
	o.hooks = auth.Hooks{PreRegistered: refuse, PreLogin: refuse}
	w := newWorld(t, o)
	w.user("bob")
	b := w.browser()
	b.wantMe("")
	b.post("/register/", ada, 403, anything)
	b.post("/login/", `{"ident":"bob","password":"`+goodPassword+`"}`, 403, anything)
	b.wantMe("")
	if _, err := w.store.UserBy(t.Context(), models.UserFieldUsername, "ada"); err == nil {
		t.Error("the account was made all the same")
	}
}

func TestAResetMailToNobodyIsWorkToo(t *testing.T) {
	w := newWorld(t, safe())
	w.user("ada")
	must(t, w.store.SetActive(t.Context(), w.user("ina").ID, false))
	must(t, w.store.CreateUser(t.Context(), &models.User{Username: "noaddress", Password: "!", IsActive: true}))
	b := w.browser()
	for _, test := range []struct {
		ident            string
		mailed, pretends int
	}{{"ada", 1, 0}, {"nobody", 0, 1}, {"nobody@example.com", 0, 1}, {"ina", 0, 1}, {"noaddress", 0, 1}, {"", 0, 1}} {
		mails, pretended := len(w.box.mails), w.box.pretended
		b.post("/send_pw_reset_email/", `{"ident":"`+test.ident+`"}`, 200, "")
		if got, did := len(w.box.mails)-mails, w.box.pretended-pretended; got != test.mailed || did != test.pretends {
			t.Errorf("%q: %d mails and %d pretended, want %d and %d", test.ident, got, did, test.mailed, test.pretends)
		}
	}
}
