package auth_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"watchword/auth"
	"watchword/email"
	"watchword/models"
)

// site is a django_site of one row.
type site struct{}

func (site) Site(_ context.Context, id int64) (*models.Site, error) {
	if id != 1 {
		return nil, models.ErrNotFound
	}
	return &models.Site{ID: 1, Name: "Example"}, nil
}

func TestUsersAreToldThatTheirPasswordWasChanged(t *testing.T) {
	templates, err := email.NewTemplates(email.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	ada := models.User{Username: "ada", Email: "ada@example.com"}
	for _, test := range []struct {
		name  string
		cfg   auth.NoticeConfig
		event models.Event
		user  models.User
		want  string // a part of the mail; "" for no mail
	}{
		{"changed", auth.NoticeConfig{Enabled: true, SiteID: 1}, models.EventPasswordChanged, ada, "your account at Example was changed"},
		{"reset", auth.NoticeConfig{Enabled: true, SiteID: 1}, models.EventPostResetPassword, ada, "your account at Example was changed"},
		{"of a site without a name", auth.NoticeConfig{Enabled: true}, models.EventPasswordChanged, ada, "your account was changed"},
		{"another event", auth.NoticeConfig{Enabled: true, SiteID: 1}, models.EventPostLogin, ada, ""},
		{"before it is done", auth.NoticeConfig{Enabled: true, SiteID: 1}, models.EventPreResetPassword, ada, ""},
		{"nobody to write to", auth.NoticeConfig{Enabled: true, SiteID: 1}, models.EventPasswordChanged, models.User{Username: "eve"}, ""},
		{"safe", auth.DefaultNoticeConfig(), models.EventPasswordChanged, ada, "ada"},
		{"exact", auth.ExactNoticeConfig(), models.EventPasswordChanged, ada, ""},
	} {
		var box mailbox
		notices := auth.NewNotices(test.cfg, &box, templates, site{})
		if err := notices.Publish(t.Context(), test.event, test.user); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		switch {
		case test.want == "" && len(box.mails) > 0:
			t.Errorf("%s: there is a mail: %+v", test.name, box.mails[0])
		case test.want != "" && (len(box.mails) != 1 || box.mails[0].To != ada.Email || !strings.Contains(box.mails[0].Text, test.want)):
			t.Errorf("%s: got %+v, want a mail with %q", test.name, box.mails, test.want)
		}
	}
}

func TestAnAddressThatCannotBeWrittenToDoesNotKeepThePassword(t *testing.T) {
	templates, err := email.NewTemplates(email.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("no room")
	for _, test := range []struct{ err, want error }{{email.ErrInvalidMessage, nil}, {full, full}} {
		notices := auth.NewNotices(auth.DefaultNoticeConfig(), &mailbox{err: test.err}, templates, site{})
		err := auth.Publishers{notices}.Publish(t.Context(), models.EventPasswordChanged, models.User{Email: "ada"})
		if !errors.Is(err, test.want) {
			t.Errorf("with %v: got %v", test.err, err)
		}
	}
}
