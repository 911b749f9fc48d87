package auth_test

import (
	"strings"
	"testing"

	"watchword/auth"
	"watchword/email"
	"watchword/models"
)

func TestLinksLeadIntoTheApplication(t *testing.T) {
	templates, err := email.NewTemplates(email.DefaultConfig())
	mustBe(t, err)
	for _, test := range []struct{ url, route, base, want string }{
		{"http://localhost:3000", "/auth/activation/", "", "http://localhost:3000/auth/activation?ident=436885871&token=a-b"},
		{"https://x/base/", "konto/", "", "https://x/base/konto?ident=436885871&token=a-b"},
		{"", "/auth/activation/", "https://here.example/", "https://here.example/auth/activation?ident=436885871&token=a-b"},
		{"https://x", "", "https://here.example/", "https://x/?ident=436885871&token=a-b"},
	} {
		f := auth.NewFrontend(auth.FrontendConfig{URL: test.url, ActivationRoute: test.route, ResetRoute: test.route}, templates, nil)
		for _, write := range []auth.LinkWriter{f.Activation(test.base), f.Invitation(test.base), f.Reset(test.base)} {
			m, err := write(&models.User{ID: "2", Username: "ada"}, "a-b")
			if err != nil || !strings.Contains(m.Text, "\n"+test.want+"\n") || m.HTML == "" {
				t.Errorf("%s and %s: %v\n%s", test.url, test.route, err, m.Text)
			}
		}
	}
}

func TestAFrontendMustBeSomewhere(t *testing.T) {
	for _, bad := range []auth.FrontendConfig{
		{URL: "localhost:3000"}, {URL: "javascript:alert(1)"}, {URL: "https://"}, {URL: "https://u:p@x"}, {URL: "https://x/?a=b"},
		{ActivationRoute: "/a?b=c"}, {ResetRoute: "/a b/"},
	} {
		if err := bad.Validate(); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	if err := auth.DefaultFrontendConfig().Validate(); err != nil {
		t.Error(err)
	}
}
