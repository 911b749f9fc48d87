package auth_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"watchword/auth"
	"watchword/auth/password"
	"watchword/auth/signing"
	"watchword/email"
	"watchword/models"
)

// kit is enrolments, activations and recoveries, and what is around them.
type kit struct {
	*resetWorld
	enrolments  *auth.Enrolments
	activations *auth.Activations
	recoveries  *auth.Recoveries
	tokens      []string // that were mailed
}

func newKit(t *testing.T, activation auth.ActivationConfig, enrolment auth.EnrolmentConfig) *kit {
	t.Helper()
	w := newResets(t, auth.ResetConfig{}, unchanged)
	tokens, err := signing.NewResetTokens(w.secrets, signing.DefaultResetConfig())
	mustBe(t, err)
	activation.Now = func() time.Time { return *w.clock }
	k := &kit{resetWorld: w}
	k.activations = auth.NewActivations(activation, auth.ActivationDeps{Store: w.store, Tokens: tokens, Mailer: w.box})
	ids := auth.NewIdentities(auth.IdentityConfig{Fields: both}, w.store)
	k.enrolments = auth.NewEnrolments(enrolment, w.core, w.store, ids, k.activations)
	k.recoveries = auth.NewRecoveries(w.Resets, k.activations)
	return k
}

// write notes the token of a mail.
func (k *kit) write(u *models.User, token string) (email.Message, error) {
	k.tokens = append(k.tokens, token)
	return email.Message{ID: email.NewID("a@example.com"), From: "a@example.com", Subject: "s", Text: token}, nil
}

// last is the token that was mailed last.
func (k *kit) last() string {
	k.t.Helper()
	if len(k.tokens) == 0 {
		k.t.Fatal("no mail was written")
	}
	return k.tokens[len(k.tokens)-1]
}

// enrol registers somebody and returns the token of the link.
func (k *kit) enrol(name string) (*models.User, string) {
	k.t.Helper()
	u, err := k.enrolments.Register(k.t.Context(), auth.NewUser{
		Username: name, Email: name + "@example.com", Password: goodSecret}, k.write)
	mustBe(k.t, err)
	return u, k.last()
}

const goodSecret = "quite-unguessable-7"

func (k *kit) wantActive(u *models.User, want bool) {
	k.t.Helper()
	got, err := k.store.UserBy(k.t.Context(), models.UserFieldID, string(u.ID))
	mustBe(k.t, err)
	if got.IsActive != want {
		k.t.Errorf("%s is active: %v, want %v", u.Username, got.IsActive, want)
	}
}

func wantLinkInvalid(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, auth.ErrLinkInvalid) {
		t.Errorf("%s: %v, want ErrLinkInvalid", what, err)
	}
}

func TestAnActivationLinkWorksOnceAndDoesNothingElse(t *testing.T) {
	k := newKit(t, auth.DefaultActivationConfig(), auth.EnrolmentConfig{})
	u, token := k.enrol("ada")
	other, _ := k.enrol("bob")
	k.wantActive(u, false)

	_, err := k.recoveries.Open(t.Context(), u.ID, token)
	wantLinkInvalid(t, "as a reset link", err)
	wantLinkInvalid(t, "somebody else's", k.activations.Activate(t.Context(), other.ID, token))
	for _, bad := range []string{"", "x", token + "0", strings.ToUpper(token), "zzzzzzzzzzzzzz-" + token[7:]} {
		wantLinkInvalid(t, bad, k.activations.Activate(t.Context(), u.ID, bad))
	}
	for _, id := range []models.UserID{"", "999", "no-number"} {
		wantLinkInvalid(t, string(id), k.activations.Activate(t.Context(), id, token))
	}
	mustBe(t, k.activations.Activate(t.Context(), u.ID, token))
	k.wantActive(u, true)
	k.wantActive(other, false)
	wantLinkInvalid(t, "again", k.activations.Activate(t.Context(), u.ID, token))
}

func TestALinkIsTooOldOneDay(t *testing.T) {
	k := newKit(t, auth.DefaultActivationConfig(), auth.EnrolmentConfig{})
	u, token := k.enrol("ada")
	*k.clock = k.clock.Add(signing.DefaultResetConfig().Timeout + time.Second)
	wantLinkInvalid(t, "too late", k.activations.Activate(t.Context(), u.ID, token))
	k.wantActive(u, false)
}

func TestALinkOfAnEarlierWaitIsWorthNothing(t *testing.T) {
	k := newKit(t, auth.DefaultActivationConfig(), auth.EnrolmentConfig{})
	u, token := k.enrol("ada")
	mustBe(t, k.activations.Send(t.Context(), u, k.write)) // once more while waiting: both work
	if err := k.activations.Activate(t.Context(), u.ID, k.last()); err != nil {
		t.Errorf("the second link: %v", err)
	}
	mustBe(t, k.store.SetActive(t.Context(), u.ID, false))
	*k.clock = k.clock.Add(time.Second)
	mustBe(t, k.activations.Send(t.Context(), u, k.write))
	wantLinkInvalid(t, "from the first time", k.activations.Activate(t.Context(), u.ID, token))
	mustBe(t, k.activations.Activate(t.Context(), u.ID, k.last()))
	k.wantActive(u, true)
}

func TestNoLinkEnablesWhomSomebodyDisabled(t *testing.T) {
	k := newKit(t, auth.DefaultActivationConfig(), auth.EnrolmentConfig{})
	u, token := k.enrol("ada")
	mustBe(t, k.store.SetActive(t.Context(), u.ID, false)) // while the link is good
	wantLinkInvalid(t, "activation", k.activations.Activate(t.Context(), u.ID, token))

	active := k.user("bob", "bob@example.com")
	mustBe(t, k.recoveries.Request(t.Context(), active, k.write))
	reset := k.last()
	mustBe(t, k.store.SetActive(t.Context(), active.ID, false))
	_, err := k.recoveries.Open(t.Context(), active.ID, reset)
	wantLinkInvalid(t, "reset", err)
	active.IsActive = false
	mails, pretended := len(k.box.mails), len(k.box.pretended)
	mustBe(t, k.recoveries.Request(t.Context(), active, k.write))
	if len(k.box.mails) != mails || len(k.box.pretended) != pretended+1 {
		t.Errorf("a disabled user was mailed %d links, and %d were pretended, want 0 and 1", len(k.box.mails)-mails,
			len(k.box.pretended)-pretended)
	}
	k.wantActive(u, false)
	k.wantActive(active, false)
}

func TestAResetLinkProvesTheAddressToo(t *testing.T) {
	k := newKit(t, auth.DefaultActivationConfig(), auth.EnrolmentConfig{})
	u, activation := k.enrol("ada")
	mustBe(t, k.recoveries.Request(t.Context(), u, k.write))
	token := k.last()
	wantLinkInvalid(t, "a reset link as activation", k.activations.Activate(t.Context(), u.ID, token))
	opened, err := k.recoveries.Open(t.Context(), u.ID, token)
	mustBe(t, err)
	mustBe(t, k.recoveries.Reset(t.Context(), opened, token, "another-unguessable-8"))
	k.wantActive(u, true)
	wantLinkInvalid(t, "the activation link", k.activations.Activate(t.Context(), u.ID, activation))
	_, err = k.recoveries.Open(t.Context(), u.ID, token)
	wantLinkInvalid(t, "the reset link again", err)
}

func TestLinksDoAsTheOriginalsWhereTheyAreToldSo(t *testing.T) {
	k := newKit(t, auth.ExactActivationConfig(), auth.EnrolmentConfig{})
	u, token := k.enrol("ada")
	for range 2 {
		mustBe(t, k.activations.Activate(t.Context(), u.ID, token))
	}
	mustBe(t, k.store.SetActive(t.Context(), u.ID, false))
	mustBe(t, k.activations.Activate(t.Context(), u.ID, token))
	k.wantActive(u, true)
	mustBe(t, k.store.SetActive(t.Context(), u.ID, false))
	opened, err := k.recoveries.Open(t.Context(), u.ID, token) // an activation link resets
	mustBe(t, err)
	mustBe(t, k.recoveries.Reset(t.Context(), opened, token, "another-unguessable-8"))
	k.wantActive(u, true)
	if _, err := k.core.Authenticate(t.Context(), "ada", "another-unguessable-8"); err != nil {
		t.Errorf("the new password: %v", err)
	}
}

func TestOfManyUsesOfOneLinkOneWins(t *testing.T) {
	k := newKit(t, auth.DefaultActivationConfig(), auth.EnrolmentConfig{})
	u, token := k.enrol("ada")
	var mu sync.Mutex
	won := 0
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			err := k.activations.Activate(t.Context(), u.ID, token)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case !errors.Is(err, auth.ErrLinkInvalid):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won != 1 {
		t.Errorf("%d won, want 1", won)
	}
}

func TestEnrolmentRefusesWhatCannotBeHad(t *testing.T) {
	strict := auth.DefaultEnrolmentConfig()
	for _, test := range []struct {
		name string
		cfg  auth.EnrolmentConfig
		n    auth.NewUser
		want error
	}{
		{"taken name", strict, auth.NewUser{Username: "ada", Email: "new@example.com", Password: goodSecret}, auth.ErrUsernameTaken},
		{"taken in another case", strict, auth.NewUser{Username: "ADA", Email: "new@example.com", Password: goodSecret}, auth.ErrUsernameTaken},
		{"which the original allows", auth.EnrolmentConfig{}, auth.NewUser{Username: "ADA", Email: "new@example.com", Password: goodSecret}, nil},
		{"taken address", strict, auth.NewUser{Username: "new", Email: "ADA@example.com", Password: goodSecret}, auth.ErrEmailTaken},
		{"both taken", strict, auth.NewUser{Username: "ada", Email: "ada@example.com", Password: goodSecret}, auth.ErrEmailTaken},
		{"a name like another's address", strict, auth.NewUser{Username: "ada@example.com", Email: "new@example.com", Password: goodSecret}, auth.ErrUsernameReserved},
		{"odd characters", strict, auth.NewUser{Username: "a b/c?d", Email: "new@example.com", Password: goodSecret}, auth.ErrUsernameInvalid},
		{"which the original allows, too", auth.EnrolmentConfig{}, auth.NewUser{Username: "a b/c?d", Email: "new@example.com", Password: goodSecret}, nil},
		{"a long name", auth.EnrolmentConfig{}, auth.NewUser{Username: strings.Repeat("u", 151), Email: "new@example.com", Password: goodSecret}, auth.ErrUsernameInvalid},
		{"a long address", auth.EnrolmentConfig{}, auth.NewUser{Username: "new", Email: strings.Repeat("e", 243) + "@example.com", Password: goodSecret}, auth.ErrEmailInvalid},
		{"no address", auth.EnrolmentConfig{}, auth.NewUser{Username: "new", Password: goodSecret}, auth.ErrEmailInvalid},
		{"an address that cannot be written to", auth.EnrolmentConfig{}, auth.NewUser{Username: "new", Email: "a@b\r\nc", Password: goodSecret}, auth.ErrEmailInvalid},
		{"no name", strict, auth.NewUser{Email: "new@example.com", Password: goodSecret}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := newKit(t, auth.DefaultActivationConfig(), test.cfg)
			k.user("ada", "ada@example.com")
			u, err := k.enrolments.Register(t.Context(), test.n, k.write)
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if err == nil && (u.Username == "" || len(k.box.mails) != 1 || k.box.mails[0].To != u.Email) {
				t.Errorf("got %+v and the mails %v", u, k.box.mails)
			}
			if err != nil {
				k.wantNobodyNew()
			}
		})
	}
}

// wantNobodyNew looks for the user who was not made.
func (k *kit) wantNobodyNew() {
	k.t.Helper()
	if _, err := k.store.UserBy(k.t.Context(), models.UserFieldID, "2"); !errors.Is(err, models.ErrNotFound) || len(k.box.mails) > 0 {
		k.t.Errorf("there is another user (%v) or a mail %v", err, k.box.mails)
	}
}

func TestEnrolmentJudgesThePassword(t *testing.T) {
	k := newKit(t, auth.DefaultActivationConfig(), auth.EnrolmentConfig{})
	_, err := k.enrolments.Register(t.Context(), auth.NewUser{Username: "gregorius", Email: "g@example.com", Password: "gregorius1"}, k.write)
	var weak *auth.WeakPassword
	if !errors.As(err, &weak) || weak.Faults[0].Code != password.TooSimilar {
		t.Errorf("got %v", err)
	}
}

func TestOfManyWhoEnrolWithOneNameOrAddressOneDoes(t *testing.T) {
	k := newKit(t, auth.DefaultActivationConfig(), auth.DefaultEnrolmentConfig())
	won := map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	try := func(kind string, n auth.NewUser) {
		all.Go(func() {
			_, err := k.enrolments.Register(t.Context(), n, func(*models.User, string) (email.Message, error) {
				return email.Message{ID: email.NewID("a@example.com"), From: "a@example.com", Subject: "s", Text: "t"}, nil
			})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won[kind]++
			case !errors.Is(err, auth.ErrUsernameTaken) && !errors.Is(err, auth.ErrEmailTaken):
				t.Error(err)
			}
		})
	}
	for i := range 8 {
		try("name", auth.NewUser{Username: "wanted", Email: fmt.Sprintf("w%d@example.com", i), Password: goodSecret})
		try("address", auth.NewUser{Username: fmt.Sprint("claimant", i), Email: "claimed@Example.com", Password: goodSecret})
	}
	all.Wait()
	if won["name"] != 1 || won["address"] != 1 {
		t.Errorf("%v won, want one of each", won)
	}
}
