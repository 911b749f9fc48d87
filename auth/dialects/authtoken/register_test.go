package authtoken_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/auth"
	"watchword/auth/dialects/authtoken"
	"watchword/email"
	"watchword/email/outbox"
	"watchword/models"
)

// collector takes mails until it has so many, and then says so.
type collector struct {
	*email.Memory
	missing atomic.Int32
	done    context.CancelFunc
}

func (c *collector) Send(ctx context.Context, m email.Message) error {
	err := c.Memory.Send(ctx, m)
	if c.missing.Add(-1) == 0 {
		c.done()
	}
	return err
}

// mails sends what waits in the outbox and returns it.
func (s *server) mails(t *testing.T) []email.Message {
	t.Helper()
	waiting, _, err := s.store.MailBacklog(t.Context())
	must(t, err)
	if waiting == 0 {
		return nil
	}
	ctx, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	sent := &collector{Memory: email.NewMemory(), done: done}
	sent.missing.Store(int32(waiting))
	cfg := outbox.DefaultConfig()
	cfg.Keys = []string{secret}
	box, err := outbox.New(cfg, s.store)
	must(t, err)
	outbox.NewWorker(cfg, box, s.store, sent, slog.New(slog.DiscardHandler)).Run(ctx)
	return sent.Mails()
}

// exact is as django-rest-authtoken takes names and passwords.
func exact() options {
	o := options{dialect: authtoken.ExactConfig(), registration: auth.ExactRegistrationConfig()}
	o.registration.Enabled = true
	return o
}

const (
	taken         = "A user with that username already exists."
	badCharacters = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."
)

func TestRegister(t *testing.T) {
	created := `{"success":true}`
	for _, tt := range []struct{ name, body, safe, exact string }{
		{"free", `{"username":"john","password":"quite-unguessable-7"}`, created, created},
		{"again", `{"username":"john","password":"quite-unguessable-7"}`, `{"username":["` + taken + `"]}`, `{"username":["` + taken + `"]}`},
		{"in another case", `{"username":"JOHN","password":"quite-unguessable-7"}`, `{"username":["already exists"]}`, created},
		{"full width", `{"username":"Ｊohn9","password":"quite-unguessable-7"}`, `{"username":["` + badCharacters + `"]}`, created},
		{"nothing", `{}`, `{"username":["This field is required."],"password":["This field is required."]}`, "="},
		{"blank", `{"username":"","password":""}`, `{"username":["This field may not be blank."],"password":["This field may not be blank."]}`, "="},
		{"null", `{"username":null,"password":null}`, `{"username":["This field may not be null."],"password":["This field may not be null."]}`, "="},
		{"no texts", `{"username":[],"password":{}}`, `{"username":["Not a valid string."],"password":["Not a valid string."]}`, "="},
		{"short", `{"username":"j1","password":"12345"}`, `{"password":["password too short"]}`, "="},
		{"short without its spaces", `{"username":"j1","password":" 12345 "}`, `{"password":["password too short"]}`, "="},
		{"six characters", `{"username":"j2","password":"123456"}`,
			`{"password":["This password is too short. It must contain at least 8 characters.","This password is too common.",` +
				`"This password is entirely numeric."]}`, created},
		{"like the name", `{"username":"xylophonist","password":"xylophonist1"}`, `{"password":["The password is too similar to the username."]}`, created},
		{"bad characters", `{"username":"a b","password":"quite-unguessable-7"}`, `{"username":["` + badCharacters + `"]}`, "="},
		{"a long name", `{"username":"` + strings.Repeat("u", 151) + `","password":"quite-unguessable-7"}`,
			`{"username":["Ensure this field has no more than 150 characters."]}`, "="},
		{"a long password", `{"username":"j3","password":"` + strings.Repeat("p", 129) + `"}`,
			`{"password":["Ensure this field has no more than 128 characters."]}`, "="},
		{"taken and short", `{"username":"john","password":"1"}`,
			`{"username":["` + taken + `"],"password":["password too short"]}`, "="},
		{"more fields than there are", `{"username":"j4","password":"quite-unguessable-7","email":"nope","is_staff":true}`, created, created},
		{"a list", `[]`, `{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`, "="},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for mode, s := range servers(t) {
				wanted := tt.safe
				if mode == "exact" && tt.exact != "=" {
					wanted = tt.exact
				}
				status := http.StatusBadRequest
				if wanted == created {
					status = http.StatusCreated
				}
				s.ask(t, "POST", "/auth/register/", `{"username":"john","password":"quite-unguessable-7"}`)
				if tt.name == "free" {
					s = newServer(t, map[string]options{"safe": newOptions(), "exact": exact()}[mode])
				}
				t.Run(mode, func(t *testing.T) {
					want(t, s.ask(t, "POST", "/auth/register/", tt.body), status, wanted, "")
				})
			}
		})
	}
}

// servers returns a server of each mode.
func servers(t *testing.T) map[string]*server {
	t.Helper()
	return map[string]*server{"safe": newServer(t, newOptions()), "exact": newServer(t, exact())}
}

func TestSpacesAroundANewPassword(t *testing.T) {
	for mode, opens := range map[string]string{"safe": " " + goodPassword + " ", "exact": goodPassword} {
		s := newServer(t, map[string]options{"safe": newOptions(), "exact": exact()}[mode])
		want(t, s.ask(t, "POST", "/auth/register/", `{"username":"ana","password":" `+goodPassword+` "}`), 201, `{"success":true}`, "")
		if got := s.ask(t, "POST", "/auth/login/", `{"username":"ana","password":"`+opens+`"}`).Code; got != 200 {
			t.Errorf("%s: login = %d, want 200", mode, got)
		}
	}
}

func TestABadTokenIsRefusedBeforeTheRegistration(t *testing.T) {
	s := newServer(t, newOptions())
	w := s.ask(t, "POST", "/auth/register/", `{"username":"k","password":"`+goodPassword+`"}`, "Authorization", "Token AAAA")
	want(t, w, 401, `{"detail":"invalid auth token"}`, "Token")
	if _, err := s.store.UserBy(t.Context(), models.UserFieldUsername, "k"); err == nil {
		t.Error("the account was made")
	}
}

func TestOneOfManyRegistersAName(t *testing.T) {
	s := newServer(t, confirmed(models.ConfirmsActive))
	var callers sync.WaitGroup
	answers := make(chan string, 32)
	for range cap(answers) {
		callers.Go(func() {
			w := s.ask(t, "POST", "/auth/register/", `{"username":"same","password":"`+goodPassword+`","email":"same@example.com"}`)
			answers <- w.Body.String()
		})
	}
	callers.Wait()
	close(answers)
	got := map[string]int{}
	for body := range answers {
		got[body]++
	}
	busy := `{"detail":"Service temporarily unavailable, try again later."}`
	wanted := map[string]int{`{"success":true}`: 1, `{"username":["` + taken + `"]}`: 31 - got[busy]}
	if got[busy] > 0 {
		wanted[busy] = got[busy]
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if mails := s.mails(t); len(mails) != 1 {
		t.Errorf("%d mails, want 1", len(mails))
	}
}

func TestRegisterWithAnAddress(t *testing.T) {
	s := newServer(t, confirmed(models.ConfirmsActive))
	for _, tt := range []struct {
		name, email string
		status      int
		want        string
	}{
		{"none", ``, 400, `{"email":["This field is required."]}`},
		{"blank", `,"email":""`, 400, `{"email":["This field may not be blank."]}`},
		{"null", `,"email":null`, 400, `{"email":["This field may not be null."]}`},
		{"no address", `,"email":"nope"`, 400, `{"email":["Enter a valid email address."]}`},
		{"a line break", `,"email":"a@example.com\nBcc: b@example.com"`, 400, `{"email":["Enter a valid email address."]}`},
		{"one that no mail goes to", `,"email":"\"ab\"@example.com"`, 400, `["failed to send confirmation email"]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := s.ask(t, "POST", "/auth/register/", `{"username":"john","password":"`+goodPassword+`"`+tt.email+`}`)
			want(t, w, tt.status, tt.want, "")
			if _, err := s.store.UserBy(t.Context(), models.UserFieldUsername, "john"); err == nil {
				t.Error("the account was made")
			}
		})
	}
	if mails := s.mails(t); len(mails) != 0 {
		t.Errorf("%d mails were sent", len(mails))
	}
	w := s.ask(t, "POST", "/auth/register/", `{"username":"john","password":"`+goodPassword+`","email":"John@Example.COM"}`)
	want(t, w, 201, `{"success":true}`, "")
	if mails := s.mails(t); len(mails) != 1 || mails[0].To != "John@Example.COM" {
		t.Errorf("got %+v", mails)
	}
}
