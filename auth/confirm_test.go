package auth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"watchword/auth"
	"watchword/auth/opaque"
	"watchword/email"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes/token"
)

// register makes an account whose address is not confirmed, and returns it with the token in its mail.
func register(t *testing.T, r *auth.Registrar, box *mailbox, username string) (*models.User, string) {
	t.Helper()
	u, err := r.Register(t.Context(), auth.NewUser{Username: username, Email: username + "@example.com", Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	return u, linkToken(t, box.last(t))
}

func TestWhoHasNotConfirmedCannotLogInWhereThatIsAskedFor(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		service, _ := configured(t, store, func(*auth.Config) {})
		registrar, confirmations, box := newRegistrar(t, confirming(models.ConfirmsActive), store)
		_, link := register(t, registrar, box, "ana")
		if _, err := service.Authenticate(t.Context(), "ana", goodPassword); !errors.Is(err, auth.ErrInvalidCredentials) {
			t.Errorf("before: %v, want ErrInvalidCredentials", err)
		}
		if err := confirmations.Confirm(t.Context(), link); err != nil {
			t.Fatal(err)
		}
		if _, err := service.Authenticate(t.Context(), "ana", goodPassword); err != nil {
			t.Errorf("after: %v", err)
		}
		if err := confirmations.Confirm(t.Context(), link); !errors.Is(err, auth.ErrLinkInvalid) {
			t.Errorf("again: %v, want ErrLinkInvalid", err)
		}
	})
}

func TestConfirmingMayBeAFlagOnly(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		service, _ := configured(t, store, func(*auth.Config) {})
		registrar, confirmations, box := newRegistrar(t, confirming(models.ConfirmsEmail), store)
		u, link := register(t, registrar, box, "ana")
		for _, want := range []bool{false, true} {
			if _, err := service.Authenticate(t.Context(), "ana", goodPassword); err != nil {
				t.Error(err)
			}
			if got, err := store.EmailConfirmed(t.Context(), u.ID); err != nil || got != want {
				t.Errorf("confirmed: %v, %v; want %v", got, err, want)
			}
			if !want {
				if err := confirmations.Confirm(t.Context(), link); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func TestTheMailIsInTheWordsOfTheSettings(t *testing.T) {
	_, store := newService(t)
	registrar, _, box := newRegistrar(t, confirming(models.ConfirmsActive), store)
	_, link := register(t, registrar, box, "ana")
	m := box.last(t)
	want := "Hello ana: https://example.org/auth/register/confirm/" + link + "/ {}"
	if m.From != "Team <team@example.org>" || m.To != "ana@example.com" || m.Subject != "Please confirm" || m.Text != want || m.HTML != "" {
		t.Errorf("got %+v", m)
	}
}

func TestTheMailIsInTheWordsOfTheTemplatesWhereTheSettingsHaveNone(t *testing.T) {
	_, store := newService(t)
	cfg := confirming(models.ConfirmsActive)
	cfg.Confirmation.Mail = auth.ConfirmationMail{BaseURL: "https://example.org", Subject: "Own subject"}
	registrar, _, box := newRegistrar(t, cfg, store)
	register(t, registrar, box, "ana")
	m := box.last(t)
	if m.From != "site@example.org" || m.Subject != "Own subject" || m.HTML == "" || !strings.Contains(m.Text, "Hello ana") ||
		!strings.Contains(m.HTML, linkToken(t, m)) {
		t.Errorf("got %+v", m)
	}
}

func TestALinkIsGoodForItsValidity(t *testing.T) {
	_, store := newService(t)
	at := now
	cfg := confirming(models.ConfirmsActive)
	cfg.Confirmation.Now = func() time.Time { return at }
	registrar, confirmations, box := newRegistrar(t, cfg, store)
	_, late := register(t, registrar, box, "late")
	_, just := register(t, registrar, box, "just")
	at = now.Add(24 * time.Hour)
	if err := confirmations.Confirm(t.Context(), just); err != nil {
		t.Errorf("in the last moment: %v", err)
	}
	at = at.Add(time.Microsecond)
	for range 2 {
		if err := confirmations.Confirm(t.Context(), late); !errors.Is(err, auth.ErrLinkInvalid) {
			t.Errorf("too late: %v, want ErrLinkInvalid", err)
		}
	}
	if n, err := confirmations.Sweep(t.Context(), at, 10); err != nil || n != 1 {
		t.Errorf("Sweep = %d, %v; want 1", n, err)
	}
	cfg.Confirmation.Validity = 0
	registrar, confirmations, box = newRegistrar(t, cfg, store)
	_, link := register(t, registrar, box, "whenever")
	at = at.Add(100 * 365 * 24 * time.Hour)
	if n, err := confirmations.Sweep(t.Context(), at, 10); err != nil || n != 0 {
		t.Errorf("Sweep = %d, %v; want 0", n, err)
	}
	if err := confirmations.Confirm(t.Context(), link); err != nil {
		t.Errorf("without an end: %v", err)
	}
}

func TestALinkIsBoundToItsAddress(t *testing.T) {
	_, store := newService(t)
	_, confirmations, box := newRegistrar(t, confirming(models.ConfirmsActive), store)
	u := &models.User{Username: "ana", Email: "new@example.com", DateJoined: now}
	if err := store.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	before := *u
	before.Email = "old@example.com"
	if err := confirmations.Send(t.Context(), &before); err != nil {
		t.Fatal(err)
	}
	if err := confirmations.Confirm(t.Context(), linkToken(t, box.last(t))); !errors.Is(err, auth.ErrLinkInvalid) {
		t.Errorf("a link to the old address: %v, want ErrLinkInvalid", err)
	}
	if err := confirmations.Send(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	if err := confirmations.Confirm(t.Context(), linkToken(t, box.last(t))); err != nil {
		t.Errorf("a link to the new address: %v", err)
	}
}

func TestASecondLinkDoesNotUndoWhatAnAdministratorDid(t *testing.T) {
	_, store := newService(t)
	registrar, confirmations, box := newRegistrar(t, confirming(models.ConfirmsActive), store)
	u, first := register(t, registrar, box, "ana")
	if err := confirmations.Send(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	second := linkToken(t, box.last(t))
	if err := confirmations.Confirm(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if err := confirmations.Confirm(t.Context(), second); !errors.Is(err, auth.ErrLinkInvalid) {
		t.Errorf("got %v, want ErrLinkInvalid", err)
	}
}

func TestTokensOfOnePurposeServeNoOther(t *testing.T) {
	_, store := newService(t)
	registrar, confirmations, box := newRegistrar(t, confirming(models.ConfirmsActive), store)
	u, link := register(t, registrar, box, "ana")
	scheme, err := token.New(token.DefaultConfig(), store)
	if err != nil {
		t.Fatal(err)
	}
	r := newRequest(t)
	grant, err := scheme.Issue(r, u)
	if err != nil {
		t.Fatal(err)
	}
	if err := confirmations.Confirm(t.Context(), grant.Access); !errors.Is(err, auth.ErrLinkInvalid) {
		t.Errorf("a login token confirms: %v", err)
	}
	r.Header.Set("Authorization", "Token "+link)
	if id, err := scheme.Authenticate(r); err == nil || !id.Anonymous() {
		t.Error("a confirmation token logs in")
	}
	for _, malformed := range []string{"", "AAAA", link + "=", link[:63], strings.ToLower(link), link + "\n"} {
		if err := confirmations.Confirm(t.Context(), malformed); !errors.Is(err, auth.ErrLinkInvalid) {
			t.Errorf("%q: %v, want ErrLinkInvalid", malformed, err)
		}
	}
}

func TestLinksOfTheOriginalAreTaken(t *testing.T) {
	_, store := newService(t)
	cfg := confirming(models.ConfirmsActive).Confirmation
	cfg.Digests = []opaque.Algorithm{opaque.SHA256, opaque.SHA512}
	confirmations := newConfirmations(t, cfg, store, &mailbox{})
	u := &models.User{Username: "ana", Email: "ana@example.com", DateJoined: now}
	if err := store.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	codec, err := opaque.NewCodec([]opaque.Algorithm{opaque.SHA512}, "")
	if err != nil {
		t.Fatal(err)
	}
	text, digest := codec.New()
	row := models.ConfirmationToken{Digest: digest, Created: now, Email: u.Email, UserID: u.ID}
	if err := store.CreateConfirmationToken(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	if err := confirmations.Confirm(t.Context(), text); err != nil {
		t.Error(err)
	}
}

func TestOneOfManyConfirms(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		registrar, confirmations, box := newRegistrar(t, confirming(models.ConfirmsEmail), store)
		u, first := register(t, registrar, box, "ana")
		if err := confirmations.Send(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		links := []string{first, linkToken(t, box.last(t))} // of two links one works, too
		var winners atomic.Int32
		var callers sync.WaitGroup
		for i := range 32 {
			callers.Go(func() {
				switch err := confirmations.Confirm(t.Context(), links[i%2]); {
				case err == nil:
					winners.Add(1)
				case !errors.Is(err, auth.ErrLinkInvalid) && !errors.Is(err, models.ErrUnavailable):
					t.Error(err)
				}
			})
		}
		callers.Wait()
		if got := winners.Load(); got != 1 {
			t.Errorf("%d winners, want 1", got)
		}
	})
}

func TestUnconfirmed(t *testing.T) {
	_, store := newService(t)
	registrar, confirmations, box := newRegistrar(t, confirming(models.ConfirmsActive), store)
	register(t, registrar, box, "pending")
	_, link := register(t, registrar, box, "done")
	if err := confirmations.Confirm(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	users, err := confirmations.Unconfirmed(t.Context(), "", 10)
	if err != nil || len(users) != 1 || users[0].Username != "pending" {
		t.Errorf("got %+v, %v", users, err)
	}
}

func TestMessagesAreFormattedAsPythonDoes(t *testing.T) {
	_, store := newService(t)
	for text, want := range map[string]string{
		"{username}{url}": "ana", "{{{username}}}": "{ana}", "plain": "plain", "{{username}}": "{username}", "ü{username}ü": "üanaü",
	} {
		cfg := confirming(models.ConfirmsActive).Confirmation
		cfg.Mail.Message = text
		box := &mailbox{}
		u := &models.User{Username: "ana", Email: "ana@example.com", DateJoined: now}
		if existing, err := store.UserBy(t.Context(), models.UserFieldUsername, "ana"); err == nil {
			u = existing
		} else if err := store.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		if err := newConfirmations(t, cfg, store, box).Send(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		if got := box.last(t).Text; !strings.HasPrefix(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"{", "}", "{username", "username}", "{}", "{0}", "{username!r}", "{url:>9}", "{user name}", "{{}"} {
		cfg := confirming(models.ConfirmsActive).Confirmation
		cfg.Mail.Message = text
		if _, err := auth.NewConfirmations(cfg, auth.ConfirmationDeps{}); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

var _ auth.Mailer = (*mailbox)(nil)
var _ auth.Renderer = (*email.Templates)(nil)

func newRequest(t *testing.T) *http.Request {
	t.Helper()
	return httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
}
