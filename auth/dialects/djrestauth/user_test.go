package djrestauth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

const taken = `{"username":["A user with that username already exists."]}`

func TestUserIsForThoseWhoAreLoggedIn(t *testing.T) {
	w := newWorld(t, asIs)
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodOptions, http.MethodDelete} {
		got := w.ask(method, "user/", "", `{}`)
		if got.Code != 401 || got.Header().Get("WWW-Authenticate") != "Token" ||
			got.Body.String() != `{"detail":"Authentication credentials were not provided."}` {
			t.Errorf("%s: %d %s %v", method, got.Code, got.Body, got.Header())
		}
	}
}

func TestUserChangesWhatTheRequestNames(t *testing.T) {
	w := newWorld(t, func(o *options) { o.core.UsernameBlacklist = []string{"admin"} })
	w.user("alice")
	w.user("Dave")
	key := w.key("alice")
	long := strings.Repeat("x", 151)
	as := func(username, first, last string) string {
		return fmt.Sprintf(`{"pk":1,"username":%q,"email":"alice@example.com","first_name":%q,"last_name":%q}`, username, first, last)
	}
	for _, step := range []struct {
		method, body string
		status       int
		want         string
	}{
		{"PUT", `{"username":"alice2","first_name":"A","last_name":"B"}`, 200, as("alice2", "A", "B")},
		{"PUT", `{}`, 400, `{"username":["This field is required."]}`},
		{"PUT", `{"username":"alice3"}`, 200, as("alice3", "A", "B")},
		{"PUT", `{"username":"alice3","first_name":"Al"}`, 200, as("alice3", "Al", "B")},
		{"PATCH", `{}`, 200, as("alice3", "Al", "B")},
		{"PATCH", `{"last_name":""}`, 200, as("alice3", "Al", "")},
		{"PATCH", `{"email":"evil@example.com","pk":2,"id":2,"is_staff":true,"password":"x","last_login":null}`, 200, as("alice3", "Al", "")},
		{"PATCH", `{"username":" ALICE3 "}`, 200, as("ALICE3", "Al", "")},
		{"PATCH", `{"username":"ünï@c.o+d_e-"}`, 200, as("ünï@c.o+d_e-", "Al", "")},
		{"PATCH", `{"username":"Dave"}`, 400, taken},
		{"PATCH", `{"username":"dAVE"}`, 400, taken},
		{"PATCH", `{"username":"ADMIN"}`, 400, `{"username":["Username can not be used. Please use other username."]}`},
		{"PATCH", `{"username":""}`, 400, `{"username":["This field may not be blank."]}`},
		{"PATCH", `{"username":"` + strings.Repeat("ﷺ", 20) + `"}`, 400,
			`{"username":["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."]}`},
		{"PATCH", `{"username":"! ` + long + `"}`, 400,
			`{"username":["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.",` +
				`"Ensure this field has no more than 150 characters."]}`},
		{"PATCH", `{"first_name":null,"last_name":[]}`, 400,
			`{"first_name":["This field may not be null."],"last_name":["Not a valid string."]}`},
		{"PATCH", `{"last_name":"` + long + `","username":"dave"}`, 400,
			`{"username":["A user with that username already exists."],"last_name":["Ensure this field has no more than 150 characters."]}`},
		{"PATCH", `{"last_name":null,"username":"free"}`, 400, `{"last_name":["This field may not be null."]}`},
		{"PATCH", `[]`, 400, `{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`},
		{"GET", ``, 200, as("ünï@c.o+d_e-", "Al", "")},
	} {
		w.want(step.method, "user/", key, step.body, step.status, step.want)
	}
}

func TestOfManyWhoTakeOneNameAtOnceOneGetsItAndNobodyLosesAChange(t *testing.T) {
	w := newWorld(t, asIs)
	const callers = 16
	credentials := make([]string, callers)
	for i := range credentials {
		w.user(fmt.Sprint("user", i))
		credentials[i] = w.key(fmt.Sprint("user", i))
	}
	answers := make([]*httptest.ResponseRecorder, callers)
	var wg sync.WaitGroup
	for i, credential := range credentials {
		wg.Go(func() {
			name := []string{"Wanted", "wanted", "WANTED"}[i%3]
			answers[i] = w.ask(http.MethodPatch, "user/", credential, fmt.Sprintf(`{"username":%q,"last_name":"won"}`, name))
			if got := w.ask(http.MethodPatch, "user/", credential, `{"first_name":"kept"}`); got.Code != http.StatusOK {
				t.Errorf("first name of user %d: %d %s", i, got.Code, got.Body)
			}
		})
	}
	wg.Wait()
	winners := 0
	for i, answer := range answers {
		switch {
		case answer.Code == http.StatusOK:
			winners++
		case answer.Code != http.StatusBadRequest || answer.Body.String() != taken:
			t.Errorf("user %d: %d %s", i, answer.Code, answer.Body)
		}
		got := w.ask(http.MethodGet, "user/", credentials[i], "").Body.String()
		won := strings.Contains(got, `"last_name":"won"`)
		if !strings.Contains(got, `"first_name":"kept"`) || won != (answer.Code == http.StatusOK) {
			t.Errorf("user %d, who was answered %d, is %s", i, answer.Code, got)
		}
	}
	if winners != 1 {
		t.Errorf("%d winners, want 1", winners)
	}
}
