package djrestauth_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"watchword/auth/dialects/djrestauth"
	"watchword/models"
)

// showing returns options under which these fields of users are shown.
func showing(setting any) func(*options) {
	return func(o *options) { o.dialect.Shapes.UserDetails = setting }
}

func TestUserDetailsAreWhatTheSettingNamesInItsOrder(t *testing.T) {
	w := newWorld(t, showing([]any{"last_name", "is_staff", "username", "id"}))
	w.user("alice")
	w.user("dave")
	key := w.key("alice")
	for _, step := range []struct {
		method, body string
		status       int
		want         string
	}{
		{"GET", ``, 200, `{"last_name":"","is_staff":false,"username":"alice","id":1}`},
		{"PATCH", `{"first_name":"A","last_name":"L","is_staff":true,"is_superuser":true,"is_active":false,"id":7,"password":"x"}`, 200,
			`{"last_name":"L","is_staff":false,"username":"alice","id":1}`},
		{"PUT", `{"last_name":"M"}`, 400, `{"username":["This field is required."]}`},
		{"PUT", `{"username":"alice2","email":"evil@example.com"}`, 200, `{"last_name":"L","is_staff":false,"username":"alice2","id":1}`},
		{"PATCH", `{"last_name":null,"username":"dave"}`, 400,
			`{"last_name":["This field may not be null."],"username":["A user with that username already exists."]}`},
	} {
		w.want(step.method, "user/", key, step.body, step.status, step.want)
	}
	u, err := w.store.UserBy(t.Context(), models.UserFieldUsername, "alice2")
	must(t, err)
	if u.FirstName != "" || u.Email != "alice@example.com" || u.IsStaff || u.IsSuperuser || !u.IsActive {
		t.Errorf("what is not shown or not theirs was changed: %+v", u)
	}
}

func TestAUserNameThatIsNotShownIsNotTaken(t *testing.T) {
	w := newWorld(t, showing([]string{"first_name"}))
	w.user("alice")
	key := w.key("alice")
	w.want("PUT", "user/", key, `{"username":"mallory"}`, 200, `{"first_name":""}`)
	w.want("PATCH", "user/", key, `{"username":"mallory","first_name":"A"}`, 200, `{"first_name":"A"}`)
	if _, err := w.store.UserBy(t.Context(), models.UserFieldUsername, "alice"); err != nil {
		t.Errorf("alice: %v", err)
	}
}

func TestLoginsTellOfTheUserWhatTheSettingNames(t *testing.T) {
	for _, httpOnly := range []bool{false, true} {
		w := newWorld(t, func(o *options) {
			showing("ai_kit_auth.serializers.UserSerializer")(o)
			o.dialect.UseJWT, o.dialect.HTTPOnly = true, httpOnly
		})
		w.user("alice")
		answer := w.ask(http.MethodPost, "login/", "", `{"username":"alice","password":"Secret-of-alice"}`)
		const want = `"user":{"id":1,"email":"alice@example.com","username":"alice"}`
		if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), want) {
			t.Errorf("HTTPOnly %v: %d %s, want %s", httpOnly, answer.Code, answer.Body, want)
		}
	}
}

func TestOptionsFollowTheSetting(t *testing.T) {
	w := newWorld(t, showing([]any{"email", "date_joined", "username"}))
	w.user("alice")
	var got struct{ Actions struct{ PUT json.RawMessage } }
	must(t, json.Unmarshal(w.ask(http.MethodOptions, "user/", w.key("alice"), "").Body.Bytes(), &got))
	const want = `{"email":{"type":"email","required":false,"read_only":true,"label":"Email address"},` +
		`"date_joined":{"type":"datetime","required":false,"read_only":true,"label":"Date joined"},` +
		`"username":{"type":"string","required":true,"read_only":false,"label":"Username",` +
		`"help_text":"Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.","max_length":150}}`
	if string(got.Actions.PUT) != want {
		t.Errorf("got  %s\nwant %s", got.Actions.PUT, want)
	}
}

func TestSerializersOfProjectsAreRefusedByName(t *testing.T) {
	for _, setting := range []any{nil, "", []any{}, "my.UserSerializer", []any{"password"}, []any{"email_confirmed"},
		[]any{"pk", "pk"}, 5} {
		cfg := djrestauth.DefaultConfig()
		cfg.Shapes.UserDetails = setting
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), "USER_DETAILS_SERIALIZER: ") {
			t.Errorf("%v: %v", setting, err)
		}
		if _, err := djrestauth.New(cfg, djrestauth.Deps{}); err == nil {
			t.Errorf("%v is taken", setting)
		}
	}
	shapes := reflect.TypeFor[djrestauth.ShapeConfig]()
	for field := range shapes.Fields() {
		if field.Type.Kind() != reflect.String {
			continue
		}
		cfg, name := djrestauth.DefaultConfig(), field.Tag.Get("setting")
		reflect.ValueOf(&cfg.Shapes).Elem().FieldByIndex(field.Index).SetString("my.Serializer")
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), name+": ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := djrestauth.DefaultConfig().Validate(); err != nil {
		t.Errorf("the default: %v", err)
	}
}
