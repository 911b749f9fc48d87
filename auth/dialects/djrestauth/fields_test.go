package djrestauth_test

import (
	"strings"
	"testing"

	"watchword/auth/dialects/djrestauth"
	"watchword/models"
)

func TestFixedFieldsOfUsersAreShownAndNotChanged(t *testing.T) {
	w := newWorld(t, func(o *options) { o.dialect.Shapes.Fixed = []string{"username", "last_name"} })
	w.user("alice")
	key := w.key("alice")
	const after = `{"pk":1,"username":"alice","email":"alice@example.com","first_name":"A","last_name":""}`
	w.want("PUT", "user/", key, `{"username":"mallory","first_name":"A","last_name":"L"}`, 200, after)
	w.want("PATCH", "user/", key, `{"username":""}`, 200, after)
	w.want("PUT", "user/", key, `{}`, 200, after)
}

func TestARegistrationTakesTheFieldsOfTheSetting(t *testing.T) {
	w := newWorld(t, func(o *options) {
		o.signup.UsernameRequired, o.dialect.UsernameRequired = false, false
		o.dialect.Shapes.Register = []any{"first_name", "email", "password1", "last_name"}
	})
	for _, refused := range []struct{ body, want string }{
		{`{"email":"x","first_name":"` + strings.Repeat("a", 151) + `"}`,
			`{"first_name":["Ensure this field has no more than 150 characters."],"email":["Enter a valid email address."],` +
				`"password1":["This field is required."]}`},
		{`{"password1":"correct horse 9","last_name":null}`, `{"last_name":["This field may not be null."]}`},
	} {
		w.want("POST", "registration/", "", refused.body, 400, refused.want)
	}
	got := w.ask("POST", "registration/", "", `{"username":"mallory","email":"ana@example.com","password1":"correct horse 9",`+
		`"password2":"something else","first_name":"Ana","last_name":""}`)
	if got.Code != 201 {
		t.Fatalf("got %d %s", got.Code, got.Body)
	}
	u, err := w.store.UserBy(t.Context(), models.UserFieldEmail, "ana@example.com")
	must(t, err)
	if u.Username != "ana" || u.FirstName != "Ana" || u.LastName != "" {
		t.Errorf("got %+v, want Ana, and a name made from her address", u)
	}
}

func TestFieldsThatCannotBeHadAreRefusedAtStart(t *testing.T) {
	for want, change := range map[string]func(*djrestauth.Config){
		`USER_DETAILS_READ_ONLY_FIELDS: "email"`:                 func(c *djrestauth.Config) { c.Shapes.Fixed = []string{"email"} },
		`REGISTER_SERIALIZER: a registration has no field "age"`: func(c *djrestauth.Config) { c.Shapes.Register = []any{"password1", "age"} },
		"REGISTER_SERIALIZER: must name password1":               func(c *djrestauth.Config) { c.Shapes.Register = []any{"username"} },
		"REGISTER_SERIALIZER: names email twice": func(c *djrestauth.Config) {
			c.Shapes.Register = []any{"email", "email", "password1", "username"}
		},
		"REGISTER_SERIALIZER: must be dj_rest_auth.registration": func(c *djrestauth.Config) { c.Shapes.Register = "project.Register" },
		"REGISTER_SERIALIZER: must name username, which ACCOUNT_USERNAME_REQUIRED": func(c *djrestauth.Config) {
			c.Shapes.Register = []any{"password1"}
		},
		"REGISTER_SERIALIZER: must name email, which ACCOUNT_EMAIL_REQUIRED": func(c *djrestauth.Config) {
			c.Shapes.Register, c.EmailRequired = []any{"username", "password1"}, true
		},
	} {
		cfg := djrestauth.DefaultConfig()
		change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
