package djrestauth_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

const saved = `{"detail":"New password has been saved."}`

func TestPasswordChange(t *testing.T) {
	w := newWorld(t, asIs)
	w.user("alice")
	key := w.key("alice")
	twice := func(text string) string { return fmt.Sprintf(`{"new_password1":%q,"new_password2":%q}`, text, text) }
	for _, step := range []struct {
		body   string
		status int
		want   string
	}{
		{`{}`, 400, `{"new_password1":["This field is required."],"new_password2":["This field is required."]}`},
		{twice(strings.Repeat("aB1-", 33)), 400, `{"new_password1":["Ensure this field has no more than 128 characters."],` +
			`"new_password2":["Ensure this field has no more than 128 characters."]}`},
		{`{"new_password1":"a","new_password2":"b"}`, 400, `{"new_password2":["The two password fields didn’t match."]}`},
		{twice("12345"), 400, `{"new_password2":["This password is too short. It must contain at least 8 characters.",` +
			`"This password is too common.","This password is entirely numeric."]}`},
		{twice("alice-123"), 400, `{"new_password2":["The password is too similar to the username."]}`},
		{twice("alice@example.com"), 400, `{"new_password2":["The password is too similar to the email address."]}`},
		{`{"old_password":"not looked at","new_password1":" New-one-777 ","new_password2":"New-one-777"}`, 200, saved},
	} {
		w.want(http.MethodPost, "password/change/", key, step.body, step.status, step.want)
	}
	w.want(http.MethodPost, "login/", "", `{"username":"alice","password":"Secret-of-alice"}`, 400, unable)
	for _, body := range []string{`{"username":"alice","password":"New-one-777"}`} {
		if got := w.ask(http.MethodPost, "login/", "", body); got.Code != 200 {
			t.Errorf("login with the new password: %d %s", got.Code, got.Body)
		}
	}
	if got := w.ask(http.MethodGet, "user/", key, ""); got.Code != 200 {
		t.Errorf("the token: %d %s, want 200", got.Code, got.Body)
	}
}

func TestPasswordChangeMayAskForTheOldOne(t *testing.T) {
	w := newWorld(t, func(o *options) { o.dialect.OldPasswordField = true })
	w.user("alice")
	key := w.key("alice")
	const wrong = `"old_password":["Your old password was entered incorrectly. Please enter it again."]`
	for _, step := range []struct {
		body   string
		status int
		want   string
	}{
		{`{"new_password1":"New-one-777","new_password2":"New-one-777"}`, 400, `{"old_password":["This field is required."]}`},
		{`{"old_password":"x","new_password1":"New-one-777","new_password2":"New-one-777"}`, 400, `{` + wrong + `}`},
		{`{"old_password":"x","new_password1":""}`, 400,
			`{` + wrong + `,"new_password1":["This field may not be blank."],"new_password2":["This field is required."]}`},
		{`{"old_password":"Secret-of-alice","new_password2":"x"}`, 400, `{"new_password1":["This field is required."]}`},
		{`{"old_password":"x","new_password1":"a","new_password2":"b"}`, 400, `{` + wrong + `}`},
		{`[]`, 400, `{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`},
		{`{"old_password":"Secret-of-alice","new_password1":"New-one-777","new_password2":"New-one-777"}`, 200, saved},
		{`{"old_password":"Secret-of-alice","new_password1":"New-one-778","new_password2":"New-one-778"}`, 400, `{` + wrong + `}`},
	} {
		w.want(http.MethodPost, "password/change/", key, step.body, step.status, step.want)
	}
}

func TestPasswordChangesAtOnceAreAllOrNothing(t *testing.T) {
	w := newWorld(t, asIs)
	w.user("alice")
	key := w.key("alice")
	const callers = 8
	codes := make([]int, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			body := fmt.Sprintf(`{"new_password1":"New-one-%d77","new_password2":"New-one-%d77"}`, i, i)
			codes[i] = w.ask(http.MethodPost, "password/change/", key, body).Code
		})
	}
	wg.Wait()
	opening := 0
	for i, code := range codes {
		if code != http.StatusOK && code != http.StatusConflict {
			t.Errorf("change %d: %d", i, code)
		}
		got := w.ask(http.MethodPost, "login/", "", fmt.Sprintf(`{"username":"alice","password":"New-one-%d77"}`, i))
		if got.Code == http.StatusOK {
			opening++
			if code != http.StatusOK {
				t.Errorf("change %d was refused and holds", i)
			}
		}
	}
	if opening != 1 {
		t.Errorf("%d passwords open the account, want 1", opening)
	}
}
