package main

import (
	"strings"
	"testing"
)

const goodPassword = "wonderland-99"

func TestCreateSuperuserTakesEverythingFromTheEnvironment(t *testing.T) {
	w := newWorkplace(t, "DJANGO_SUPERUSER_USERNAME=alice", "DJANGO_SUPERUSER_EMAIL=alice@Example.COM",
		"DJANGO_SUPERUSER_PASSWORD="+goodPassword)
	w.run(t, "", "createsuperuser", "--noinput").expect(t, exitOK, "Superuser created successfully.")
	got := w.must(t, "dumpdata", "auth.user")
	for _, want := range []string{`"username": "alice"`, `"email": "alice@example.com"`, `"is_superuser": true`, `"is_staff": true`, `"is_active": true`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	if strings.Contains(got, goodPassword) {
		t.Error("the password is stored in clear")
	}
	w.run(t, "", "createsuperuser", "--noinput").expect(t, exitFailed, "that username is already taken")
}

func TestCreateSuperuserWithoutInputNeedsNameAndPassword(t *testing.T) {
	newWorkplace(t).run(t, "", "createsuperuser", "--noinput").expect(t, exitUsage, "DJANGO_SUPERUSER_USERNAME")
	newWorkplace(t).run(t, "", "createsuperuser", "--noinput", "--username", "alice").
		expect(t, exitUsage, "DJANGO_SUPERUSER_PASSWORD")
}

func TestCreateSuperuserAsks(t *testing.T) {
	for _, tt := range []struct {
		name, stdin string
		code        int
		texts       []string
	}{
		{"all good", "alice\nalice@example.com\n" + goodPassword + "\n" + goodPassword + "\n", exitOK,
			[]string{"Username", "Email address: ", "Password: ", "Password (again): ", "Superuser created successfully."}},
		{"second password differs", "alice\n\n" + goodPassword + "\nother\n" + goodPassword + "\n" + goodPassword + "\n", exitOK,
			[]string{"Error: Your passwords didn't match.", "Superuser created"}},
		{"blank password", "alice\n\n\n\n" + goodPassword + "\n" + goodPassword + "\n", exitOK,
			[]string{"Error: Blank passwords aren't allowed."}},
		{"bad password insisted upon", "alice\n\n123\n123\ny\n", exitOK,
			[]string{"This password is too short. It must contain at least 8 characters.", "This password is too common.",
				"This password is entirely numeric.", "Bypass password validation and create user anyway? [y/N]: ", "Superuser created"}},
		{"bad password thought over", "alice\n\nalice1x9\nalice1x9\nN\n" + goodPassword + "\n" + goodPassword + "\n", exitOK,
			[]string{"The password is too similar to the username."}},
		{"bad name", "al ice\nalice\n\n" + goodPassword + "\n" + goodPassword + "\n", exitOK,
			[]string{"Error: a username has at most 150 letters, digits and @ . + - _."}},
		{"nobody there", "alice\n", exitFailed, []string{"there is no more input"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorkplace(t)
			got := w.run(t, tt.stdin, "createsuperuser")
			got.expect(t, tt.code, tt.texts...)
			if created := strings.Contains(w.must(t, "dumpdata", "auth.user"), `"alice"`); created != (tt.code == exitOK) {
				t.Errorf("created: %v", created)
			}
		})
	}
}

func TestATakenNameIsAskedAgain(t *testing.T) {
	w := newWorkplace(t, "DJANGO_SUPERUSER_PASSWORD="+goodPassword)
	w.must(t, "createsuperuser", "--noinput", "--username", "alice")
	w.run(t, "alice\nbob\n\n"+goodPassword+"\n"+goodPassword+"\n", "createsuperuser").
		expect(t, exitOK, "Error: that username is already taken.", "Superuser created")
}

func TestChangePassword(t *testing.T) {
	w := newWorkplace(t, "DJANGO_SUPERUSER_PASSWORD="+goodPassword)
	w.must(t, "createsuperuser", "--noinput", "--username", "alice")
	before := w.must(t, "dumpdata", "auth.user")
	w.run(t, "jabberwock-7\njabberwock-7\n", "changepassword", "alice").
		expect(t, exitOK, "Changing password for user 'alice'", "Password changed successfully for user 'alice'")
	after := w.must(t, "dumpdata", "auth.user")
	if before == after {
		t.Error("the password is the old one")
	}
	w.run(t, "", "changepassword", "nobody").expect(t, exitFailed, "user 'nobody' does not exist")
	bad := strings.Repeat("123\n123\n", 3)
	w.run(t, bad, "changepassword", "alice").expect(t, exitFailed, "This password is entirely numeric.", "aborted")
	if w.must(t, "dumpdata", "auth.user") != after {
		t.Error("a bad password was set")
	}
}

func TestChangePasswordTellsTheUserUnlessNobodyIsTold(t *testing.T) {
	for _, test := range []struct {
		notices string
		want    int // mails to alice
	}{{"true", 1}, {"false", 0}} {
		w, folder := newInvitingWorkplace(t)
		w.environ = append(w.environ, "WATCHWORD_ACCOUNT_EMAIL_NOTIFICATIONS="+test.notices)
		w.must(t, "createsuperuser", "--noinput", "--username", "alice", "--email", "alice@example.com")
		w.run(t, "jabberwock-7\njabberwock-7\n", "changepassword", "alice").expect(t, exitOK)
		w.run(t, "", "createuser", "--noinput", "--username", "zoe", "--email", "zoe@example.com", "--send-activation").expect(t, exitOK)
		w.serve(t)
		activationFrom(t, folder) // mails to look at are sent one after the other: alice's has gone before
		told := 0
		for _, mail := range mailsIn(t, folder) {
			if strings.Contains(mail, "To: <alice@example.com>") {
				told++
			}
		}
		if told != test.want {
			t.Errorf("with notices %s: alice is told %d times, want %d", test.notices, told, test.want)
		}
	}
}
