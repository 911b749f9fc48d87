package main

import (
	"strings"
	"testing"

	"watchword/email"
)

func TestADemonstrationStartsOnlyWhereNothingIsSet(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		environ    []string
		want       bool
	}{
		{"nothing", "", []string{"HOME=/root", "DJANGO_SUPERUSER_PASSWORD=x"}, true},
		{"another port of this machine", "", []string{"WATCHWORD_LISTEN=127.0.0.1:9000"}, true},
		{"another name of this machine", "", []string{"WATCHWORD_LISTEN=localhost:9000"}, true},
		{"another address of this machine", "", []string{"WATCHWORD_LISTEN=[::1]:9000"}, true},
		{"all interfaces", "", []string{"WATCHWORD_LISTEN=:8000"}, false},
		{"an interface", "", []string{"WATCHWORD_LISTEN=192.0.2.1:8000"}, false},
		{"a folder", "", []string{"WATCHWORD_DATA_DIR=/var/lib/watchword"}, false},
		{"a database", "", []string{"WATCHWORD_DATABASE_URL=sqlite:///x.db"}, false},
		{"refused", "", []string{"WATCHWORD_DEMO=false"}, false},
		{"a settings file", "DATA_DIR: x", nil, false},
		{"a settings file that says nothing", "# nothing\n", nil, false},
	} {
		loaded, err := loadWith(t, tt.file, tt.environ...)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		inbox := loaded.Email.Backend == email.BackendInbox
		if loaded.Project.Tour != tt.want || loaded.Project.Demo != tt.want || inbox != tt.want || loaded.Sessions.CookieSecure == tt.want {
			t.Errorf("%s: tour %v, demo %v, inbox %v, secure cookies %v; want a demonstration: %v", tt.name, loaded.Project.Tour,
				loaded.Project.Demo, inbox, loaded.Sessions.CookieSecure, tt.want)
		}
	}
}

func TestADemonstrationThatIsAskedForChangesNoOtherSetting(t *testing.T) {
	loaded, err := loadWith(t, "DEMO: true")
	if err != nil {
		t.Fatal(err)
	}
	if !loaded.Project.Demo || loaded.Project.Tour || loaded.Email.Backend != email.BackendConsole || !loaded.CSRF.CookieSecure ||
		loaded.RESTAuth.Cookies.Name != "" || loaded.Registration.Enabled {
		t.Errorf("got %+v with mails to %s", loaded.Project, loaded.Email.Backend)
	}
}

func TestTheInboxIsRefusedOutsideOfADemonstration(t *testing.T) {
	_, err := loadWith(t, "EMAIL_BACKEND: inbox")
	if err == nil || !strings.Contains(err.Error(), "EMAIL_BACKEND: inbox shows all mails") {
		t.Errorf("got %v", err)
	}
	loaded, err := loadWith(t, "EMAIL_BACKEND: inbox\nDEMO: true")
	if err != nil {
		t.Fatal(err)
	}
	found := ids(loaded.findings(true))
	if !strings.Contains(strings.Join(found, " "), "E002") {
		t.Errorf("check --deploy finds %v, want E002", found)
	}
}
