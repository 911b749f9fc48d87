package auth_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"watchword/auth"
	"watchword/models"
)

const goodPassword = "quite-unguessable-7"

func TestCreateUniqueUser(t *testing.T) {
	_, store := newService(t)
	service, _ := configured(t, store, func(cfg *auth.Config) { cfg.Now = func() time.Time { return now } })
	for _, strict := range []bool{true, false} {
		username := fmt.Sprintf("ana%v", strict)
		got, err := service.CreateUniqueUser(t.Context(), auth.UniqueUser{
			Username: username, Email: username + "@EXAMPLE.com", Password: goodPassword, Strict: strict,
		})
		if err != nil {
			t.Fatal(err)
		}
		want := &models.User{Username: username, Email: username + "@example.com", IsActive: true, DateJoined: now}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(models.User{}, "ID", "Password")); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if u, err := service.ByExactEmail().Authenticate(t.Context(), got.Email, goodPassword); err != nil || u.ID != got.ID {
			t.Errorf("cannot log in: %v, %v", u, err)
		}
	}
}

func TestCheckUniqueUserNamesEveryFault(t *testing.T) {
	_, store := newService(t)
	service, _ := configured(t, store, func(cfg *auth.Config) { cfg.UsernameBlacklist = []string{"root"} })
	for _, u := range []models.User{
		{Username: "Taken", Email: "taken@example.com", Password: "!", DateJoined: now},
		{Username: "loaded", Email: "loaded@EXAMPLE.com", Password: "!", DateJoined: now},
	} {
		if err := store.CreateUser(t.Context(), &u); err != nil {
			t.Fatal(err)
		}
	}
	long := strings.Repeat("x", 151)
	tests := []struct {
		name, username, email, password string
		strict, lax                     []error // nil: none
	}{
		{"new", "new", "new@example.com", goodPassword, nil, nil},
		{"all taken", "Taken", "taken@example.com", goodPassword,
			[]error{auth.ErrEmailTaken, auth.ErrUsernameTaken}, []error{auth.ErrEmailTaken, auth.ErrUsernameTaken}},
		{"another case of the name", "TAKEN", "new@example.com", goodPassword, []error{auth.ErrUsernameTaken}, nil},
		{"another case of the address", "new", "TAKEN@example.com", goodPassword, nil, nil},
		{"another case of the domain", "new", "taken@Example.COM", goodPassword,
			[]error{auth.ErrEmailTaken}, []error{auth.ErrEmailTaken}},
		{"an address that was stored as it came", "new", "loaded@EXAMPLE.com", goodPassword,
			[]error{auth.ErrEmailTaken}, []error{auth.ErrEmailTaken}},
		{"a name with a blank", "a b", "new@example.com", goodPassword, []error{auth.ErrUsernameInvalid}, nil},
		{"a long name", long, "new@example.com", goodPassword,
			[]error{auth.ErrUsernameInvalid}, []error{auth.ErrUsernameInvalid}},
		{"no name", "", "new@example.com", goodPassword,
			[]error{auth.ErrUsernameInvalid}, []error{auth.ErrUsernameInvalid}},
		{"a reserved name", "Root", "new@example.com", goodPassword, []error{auth.ErrUsernameReserved}, nil},
		{"another's address for a name", "boss@example.com", "new@example.com", goodPassword,
			[]error{auth.ErrUsernameReserved}, nil},
		{"the own address for a name", "new@example.com", "new@EXAMPLE.com", goodPassword, nil, nil},
		{"a common password", "new", "new@example.com", "password1", []error{errWeak}, nil},
		{"everything", "a b", "taken@example.com", "12345678",
			[]error{auth.ErrEmailTaken, auth.ErrUsernameInvalid, errWeak}, []error{auth.ErrEmailTaken}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := auth.UniqueUser{Username: test.username, Email: test.email, Password: test.password, Strict: true}
			wantFaults(t, service.CheckUniqueUser(t.Context(), n), test.strict)
			n.Strict = false
			wantFaults(t, service.CheckUniqueUser(t.Context(), n), test.lax)
			if test.lax == nil {
				return
			}
			_, err := service.CreateUniqueUser(t.Context(), n)
			wantFaults(t, err, test.lax)
		})
	}
}

// errWeak stands for any *auth.WeakPassword.
var errWeak = &auth.WeakPassword{}

func wantFaults(t *testing.T, err error, want []error) {
	t.Helper()
	var refused *auth.UserRefused
	if want == nil && err == nil {
		return
	}
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want %v", err, want)
	}
	var weak *auth.WeakPassword
	same := len(refused.Faults) == len(want)
	for _, one := range want {
		if errors.Is(one, errWeak) {
			same = same && errors.As(err, &weak)
			continue
		}
		same = same && errors.Is(err, one)
	}
	if !same {
		t.Errorf("got %v, want %v", err, want)
	}
}

func TestOfManyRegistrationsWithOneAddressOneWins(t *testing.T) {
	service, store := newService(t)
	const callers = 16
	var won, refused atomic.Int32
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			_, err := service.CreateUniqueUser(t.Context(), auth.UniqueUser{
				Username: fmt.Sprint("racer", i), Email: "one@example.com", Password: goodPassword,
			})
			switch {
			case err == nil:
				won.Add(1)
			case errors.Is(err, auth.ErrEmailTaken):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 || refused.Load() != callers-1 {
		t.Errorf("%d won and %d were refused", won.Load(), refused.Load())
	}
	if users, err := store.UsersByEmail(t.Context(), "one@example.com"); err != nil || len(users) != 1 {
		t.Errorf("stored: %d, %v", len(users), err)
	}
}

func TestByExactEmail(t *testing.T) {
	service, store := newService(t)
	for _, n := range []struct{ username, password string }{{"first", "first-pw"}, {"second", "second-pw"}} {
		if _, err := service.CreateUser(t.Context(), auth.NewUser{
			Username: n.username, Email: "same@example.com", Password: n.password,
		}); err != nil {
			t.Fatal(err)
		}
	}
	off := models.User{
		Username: "off", Email: "off@example.com", Password: "md5$salt$" + md5Of("salt", "off-pw"), DateJoined: now,
	}
	if err := store.CreateUser(t.Context(), &off); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, email, password, want string }{
		{"the oldest of two with one address", "same@example.com", "first-pw", "first"},
		{"the other one", "same@example.com", "second-pw", ""},
		{"another case", "Same@example.com", "first-pw", ""},
		{"a user name", "first", "first-pw", ""},
		{"disabled", "off@example.com", "off-pw", ""},
		{"nobody", "nobody@example.com", "first-pw", ""},
		{"empty", "", "first-pw", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			u, err := service.ByExactEmail().Authenticate(t.Context(), test.email, test.password)
			switch {
			case test.want == "" && !errors.Is(err, auth.ErrInvalidCredentials):
				t.Errorf("got %v, %v; want ErrInvalidCredentials", u, err)
			case test.want != "" && (err != nil || u.Username != test.want):
				t.Errorf("got %v, %v; want %s", u, err, test.want)
			}
		})
	}
	if _, err := service.Authenticate(t.Context(), "second", "second-pw"); err != nil {
		t.Errorf("the core itself changed: %v", err)
	}
}
