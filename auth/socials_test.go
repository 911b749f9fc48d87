package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"watchword/auth"
	"watchword/auth/password"
	"watchword/auth/social"
	"watchword/email"
	"watchword/models"
	"watchword/models/gormstore"
)

// sentMails keeps what is mailed.
type sentMails struct {
	mu    sync.Mutex
	mails []email.Message
}

// Enqueue keeps m.
func (p *sentMails) Enqueue(_ context.Context, m email.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mails = append(p.mails, m)
	return nil
}

// sociable is a core that knows providers.
type sociable struct {
	*auth.Socials
	service *auth.Service
	store   *gormstore.Store
	posted  *sentMails
}

func newSocials(t *testing.T, change func(*auth.SocialConfig)) sociable {
	t.Helper()
	service, store := newService(t)
	cfg := auth.DefaultSocialConfig()
	cfg.Offered = []string{"google", "github"}
	if change != nil {
		change(&cfg)
	}
	templates, err := email.NewTemplates(email.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	posted := &sentMails{}
	verification := auth.ExactVerificationConfig()
	verification.Keys.SecretKey = "a-key-for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz"
	verifications := auth.NewVerifications(verification,
		auth.VerificationDeps{Store: store, Keys: store, Leases: store, Mailer: posted, Templates: templates})
	return sociable{auth.NewSocials(cfg, service, store, store, verifications), service, store, posted}
}

// logIn logs in as the links of mails need it.
func (s sociable) logIn(t *testing.T, id social.Identity) (*models.User, error) {
	t.Helper()
	return s.LogIn(t.Context(), id, func(key string) string { return "https://example.com/" + key })
}

// newbie is somebody whom Google knows.
func newbie() social.Identity {
	return social.Identity{Provider: "google", UID: "s-1", Email: "Newbie@Example.com", EmailVerified: true,
		FirstName: "New", LastName: "Bie", Profile: map[string]any{"sub": "s-1"}}
}

// claim gives u an address.
func (s sociable) claim(t *testing.T, u *models.User, address string, verified bool) {
	t.Helper()
	a := &models.EmailAddress{UserID: u.ID, Email: address, Verified: verified, Primary: true}
	if err := s.store.CreateEmailAddress(t.Context(), a); err != nil {
		t.Fatal(err)
	}
}

// user makes a user with an address in auth_user.
func (s sociable) user(t *testing.T, name, address string) *models.User {
	t.Helper()
	u, err := s.service.CreateUser(t.Context(), auth.NewUser{Username: name, Email: address, Password: "correct-horse-9"})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestTheFirstLoginMakesAnAccountAndTheNextFindsIt(t *testing.T) {
	s := newSocials(t, nil)
	first, err := s.logIn(t, newbie())
	if err != nil {
		t.Fatal(err)
	}
	if first.Username != "new" || first.Email != "newbie@example.com" || first.FirstName != "New" || first.LastName != "Bie" ||
		password.Usable(first.Password) {
		t.Errorf("made %+v", first)
	}
	if verified, err := s.store.EmailVerified(t.Context(), first.ID, "newbie@example.com"); err != nil || !verified {
		t.Errorf("what the provider has proved is verified %v, %v", verified, err)
	}
	if len(s.posted.mails) != 0 {
		t.Error("somebody was asked to prove what the provider has proved")
	}
	moved := newbie()
	moved.Email, moved.FirstName = "elsewhere@example.com", "Renamed"
	again, err := s.logIn(t, moved)
	if err != nil || again.ID != first.ID || again.Email != first.Email || again.FirstName != "New" {
		t.Errorf("again: %+v, %v; want the user as they were", again, err)
	}
	if list, err := s.List(t.Context(), first); err != nil || len(list) != 1 || list[0].UID != "s-1" {
		t.Errorf("List = %+v, %v", list, err)
	}
}

func TestAnAddressThatTheProviderHasNotProvedIsToBeProvedHere(t *testing.T) {
	s := newSocials(t, nil)
	id := newbie()
	id.EmailVerified = false
	u, err := s.logIn(t, id)
	if err != nil {
		t.Fatal(err)
	}
	if verified, err := s.store.EmailVerified(t.Context(), u.ID, u.Email); err != nil || verified {
		t.Errorf("verified %v, %v", verified, err)
	}
	if len(s.posted.mails) != 1 || s.posted.mails[0].To != "newbie@example.com" ||
		!strings.Contains(s.posted.mails[0].Text, "https://example.com/") {
		t.Errorf("mailed %+v, want one link", s.posted.mails)
	}
	mandatory := auth.VerificationMandatory
	strict := newSocials(t, func(c *auth.SocialConfig) { c.EmailVerification = &mandatory; c.EmailRequired = new(true) })
	for range 2 {
		if _, err := strict.logIn(t, id); !errors.Is(err, auth.ErrEmailNotVerified) {
			t.Errorf("mandatory: %v, want ErrEmailNotVerified", err)
		}
	}
	if len(strict.posted.mails) != 1 {
		t.Errorf("mandatory: %d mails, want 1", len(strict.posted.mails))
	}
	none := auth.VerificationNone
	lax := newSocials(t, func(c *auth.SocialConfig) { c.EmailVerification = &none })
	if _, err := lax.logIn(t, id); err != nil || len(lax.posted.mails) != 0 {
		t.Errorf("none: %v and %d mails, want neither", err, len(lax.posted.mails))
	}
}

func TestAnAccountThatIsThereIsNotEnteredByItsAddress(t *testing.T) {
	for name, test := range map[string]struct{ stored, claimed string }{
		"in auth_user": {"newbie@example.com", ""}, "in another case": {"NewBie@example.com", ""},
		"among the claims": {"", "newbie@example.com"},
	} {
		for _, verified := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " ", verified), func(t *testing.T) {
				s := newSocials(t, nil)
				u := s.user(t, "victim", test.stored)
				if test.claimed != "" {
					s.claim(t, u, test.claimed, verified)
				}
				id := newbie()
				id.EmailVerified = verified
				if _, err := s.logIn(t, id); !errors.Is(err, auth.ErrEmailTaken) {
					t.Errorf("got %v, want ErrEmailTaken", err)
				}
				if list, err := s.List(t.Context(), u); err != nil || len(list) != 0 {
					t.Errorf("linked %+v, %v", list, err)
				}
			})
		}
	}
}

func TestAnAddressLinksOnlyWhenBothSidesHaveProvedIt(t *testing.T) {
	for _, test := range []struct{ provider, here, allowed, want bool }{
		{true, true, true, true}, {false, true, true, false}, {true, false, true, false}, {true, true, false, false},
	} {
		t.Run(fmt.Sprintf("%+v", test), func(t *testing.T) {
			s := newSocials(t, func(c *auth.SocialConfig) { c.EmailAuthentication = test.allowed; c.AutoConnect = true })
			u := s.user(t, "owner", "newbie@example.com")
			s.claim(t, u, "newbie@example.com", test.here)
			id := newbie()
			id.EmailVerified = test.provider
			got, err := s.logIn(t, id)
			list, listErr := s.List(t.Context(), u)
			if listErr != nil {
				t.Fatal(listErr)
			}
			if test.want && (err != nil || got.ID != u.ID || len(list) != 1) {
				t.Errorf("got %+v, %v, linked %+v; want the owner, linked", got, err, list)
			}
			if !test.want && (!errors.Is(err, auth.ErrEmailTaken) || len(list) != 0) {
				t.Errorf("got %v, linked %+v; want ErrEmailTaken", err, list)
			}
		})
	}
	s := newSocials(t, nil)
	u := s.user(t, "owner", "newbie@example.com")
	s.claim(t, u, "newbie@example.com", true)
	id := newbie()
	id.LogsInByEmail = true
	if got, err := s.logIn(t, id); err != nil || got.ID != u.ID {
		t.Errorf("EMAIL_AUTHENTICATION of the provider: %+v, %v", got, err)
	}
	if list, err := s.List(t.Context(), u); err != nil || len(list) != 0 {
		t.Errorf("connected without AUTO_CONNECT: %+v, %v", list, err)
	}
}

func TestWhoIsDisabledGetsNothing(t *testing.T) {
	s := newSocials(t, func(c *auth.SocialConfig) { c.EmailAuthentication, c.AutoConnect = true, true })
	u := &models.User{Username: "gone", Email: "newbie@example.com", DateJoined: now}
	if err := s.store.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	s.claim(t, u, "newbie@example.com", true)
	if _, err := s.logIn(t, newbie()); !errors.Is(err, auth.ErrUserInactive) {
		t.Errorf("by address: %v, want ErrUserInactive", err)
	}
	if err := s.Connect(t.Context(), u, newbie()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.logIn(t, newbie()); !errors.Is(err, auth.ErrUserInactive) {
		t.Errorf("connected: %v, want ErrUserInactive", err)
	}
}

func TestSettingsMayCloseSignup(t *testing.T) {
	closed := newSocials(t, func(c *auth.SocialConfig) { c.AutoSignup = false })
	if _, err := closed.logIn(t, newbie()); !errors.Is(err, auth.ErrSignupClosed) {
		t.Errorf("AUTO_SIGNUP: %v, want ErrSignupClosed", err)
	}
	needy := newSocials(t, func(c *auth.SocialConfig) { c.EmailRequired = new(true) })
	for _, address := range []string{"", "no address", "two@example.com, three@example.com"} {
		id := newbie()
		id.Email = address
		if _, err := needy.logIn(t, id); !errors.Is(err, auth.ErrEmailMissing) {
			t.Errorf("EMAIL_REQUIRED with %q: %v, want ErrEmailMissing", address, err)
		}
	}
}

func TestNamesAreMadeFromWhatTheProviderSays(t *testing.T) {
	s := newSocials(t, nil)
	s.user(t, "Octocat", "")
	for i, test := range []struct {
		id   social.Identity
		want string // the beginning, when it ends in a star
	}{
		{social.Identity{Username: "hubot"}, "hubot"},
		{social.Identity{Username: "octocat"}, "octocat*"},
		{social.Identity{FirstName: "Zoë Ann"}, "zoe_ann"},
		{social.Identity{FirstName: "李", LastName: "Wong"}, "wong"},
		{social.Identity{Email: "someone@example.com"}, "someone"},
		{social.Identity{}, "user"},
		{social.Identity{FirstName: "\x00\x01" + strings.Repeat("x", 200)}, strings.Repeat("x", 150)},
	} {
		test.id.Provider, test.id.UID = "github", fmt.Sprint(i)
		u, err := s.logIn(t, test.id)
		if err != nil {
			t.Errorf("%+v: %v", test.id, err)
			continue
		}
		if begin, star := strings.CutSuffix(test.want, "*"); u.Username != test.want && !(star && strings.HasPrefix(u.Username,
			begin) && len(u.Username) > len(begin)) {
			t.Errorf("%+v: named %q, want %q", test.id, u.Username, test.want)
		}
	}
}

func TestManyFirstLoginsAtOnceMakeOneAccount(t *testing.T) {
	for name, address := range map[string]string{"with an address": "newbie@example.com", "without": ""} {
		t.Run(name, func(t *testing.T) {
			s := newSocials(t, nil)
			id := newbie()
			id.Email = address
			ids := make(chan models.UserID, 16)
			var all sync.WaitGroup
			for range cap(ids) {
				all.Go(func() {
					u, err := s.logIn(t, id)
					if err != nil {
						t.Error(err)
						return
					}
					ids <- u.ID
				})
			}
			all.Wait()
			close(ids)
			seen := map[models.UserID]bool{}
			for id := range ids {
				seen[id] = true
			}
			if len(seen) != 1 {
				t.Errorf("%d accounts, want 1", len(seen))
			}
		})
	}
}

func TestAnAccountAtAProviderIsConnectedToOneUser(t *testing.T) {
	s := newSocials(t, nil)
	owner, other := s.user(t, "owner", ""), s.user(t, "other", "")
	for range 2 {
		if err := s.Connect(t.Context(), owner, newbie()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Connect(t.Context(), other, newbie()); !errors.Is(err, auth.ErrSocialAccountTaken) {
		t.Errorf("Connect = %v, want ErrSocialAccountTaken", err)
	}
	if u, err := s.logIn(t, newbie()); err != nil || u.ID != owner.ID {
		t.Errorf("logged in as %+v, %v", u, err)
	}
}

func TestTheLastWayToLogInStays(t *testing.T) {
	s := newSocials(t, nil)
	u, err := s.logIn(t, newbie())
	if err != nil {
		t.Fatal(err)
	}
	only := s.accounts(t, u)[0]
	if err := s.Disconnect(t.Context(), u, only.ID); !errors.Is(err, auth.ErrLastLogin) {
		t.Errorf("the only one: %v, want ErrLastLogin", err)
	}
	for _, test := range []struct {
		provider string
		want     error
	}{{"myspace", auth.ErrLastLogin}, {"github", nil}} {
		second := newbie()
		second.Provider = test.provider
		if err := s.Connect(t.Context(), u, second); err != nil {
			t.Fatal(err)
		}
		if err := s.Disconnect(t.Context(), u, only.ID); !errors.Is(err, test.want) {
			t.Errorf("with %s beside it: %v, want %v", test.provider, err, test.want)
		}
	}
	other := s.user(t, "other", "")
	for _, id := range []int64{s.accounts(t, u)[0].ID, 4000} {
		if err := s.Disconnect(t.Context(), other, id); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("somebody else's: %v, want ErrNotFound", err)
		}
	}
	if err := s.Connect(t.Context(), other, newbie()); err != nil {
		t.Fatal(err)
	}
	if err := s.Disconnect(t.Context(), other, s.accounts(t, other)[0].ID); err != nil {
		t.Errorf("with a password: %v", err)
	}
}

func TestWhoMustProveAnAddressKeepsTheLastWayToLogInUntilThen(t *testing.T) {
	mandatory := auth.VerificationMandatory
	s := newSocials(t, func(c *auth.SocialConfig) { c.EmailVerification = &mandatory })
	u := s.user(t, "owner", "owner@example.com")
	if err := s.Connect(t.Context(), u, newbie()); err != nil {
		t.Fatal(err)
	}
	if err := s.Disconnect(t.Context(), u, s.accounts(t, u)[0].ID); !errors.Is(err, auth.ErrNoVerifiedEmail) {
		t.Errorf("got %v, want ErrNoVerifiedEmail", err)
	}
	s.claim(t, u, "owner@example.com", true)
	if err := s.Disconnect(t.Context(), u, s.accounts(t, u)[0].ID); err != nil {
		t.Error(err)
	}
}

func TestOfTwoDisconnectsAtOnceOneWayToLogInStays(t *testing.T) {
	s := newSocials(t, nil)
	u, err := s.logIn(t, newbie())
	if err != nil {
		t.Fatal(err)
	}
	second := newbie()
	second.Provider = "github"
	if err := s.Connect(t.Context(), u, second); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, a := range s.accounts(t, u) {
		all.Go(func() {
			if err := s.Disconnect(t.Context(), u, a.ID); err != nil && !errors.Is(err, auth.ErrLastLogin) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if left := s.accounts(t, u); len(left) != 1 {
		t.Errorf("%d are left, want 1", len(left))
	}
}

// accounts returns what u is at providers.
func (s sociable) accounts(t *testing.T, u *models.User) []models.SocialAccount {
	t.Helper()
	list, err := s.List(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestProfilesAndTokensAreKeptAsTheyCame(t *testing.T) {
	s := newSocials(t, func(c *auth.SocialConfig) { c.StoreTokens = true })
	id := newbie()
	id.Token = social.Token{Access: "access", Secret: "refresh", Expires: now}
	id.Profile = map[string]any{"id": json.Number("12345678901234567"), "bio": "a\x00b"}
	u, err := s.logIn(t, id)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.accounts(t, u)[0].ExtraData; got != "{}" {
		t.Errorf("kept %s, which PostgreSQL cannot keep", got)
	}
	delete(id.Profile, "bio")
	if _, err := s.logIn(t, id); err != nil {
		t.Fatal(err)
	}
	if got := s.accounts(t, u)[0].ExtraData; got != `{"id":12345678901234567}` {
		t.Errorf("kept %s", got)
	}
	var dump strings.Builder
	if err := s.store.DumpFixtures(t.Context(), &dump, []string{"socialaccount.socialtoken"}, 0); err != nil {
		t.Fatal(err)
	}
	if text := dump.String(); strings.Count(text, `"access"`) != 1 || !strings.Contains(text, `"refresh"`) {
		t.Errorf("kept the tokens %s", text)
	}
}
