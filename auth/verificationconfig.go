package auth

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"watchword/auth/signing"
	"watchword/auth/throttle"
)

// maxExpireDays keeps the validity of links within what a duration can hold.
const maxExpireDays = 100_000

// VerificationConfig says how users prove that addresses are theirs, by django-allauth's rules.
type VerificationConfig struct {
	// HMAC makes keys that are stored nowhere.
	HMAC bool `setting:"ACCOUNT_EMAIL_CONFIRMATION_HMAC" help:"Sign the keys in links that confirm addresses. Off: keep random ones in account_emailconfirmation, and accept no others."`
	// Salt is the purpose that keys are signed for.
	Salt string `setting:"ACCOUNT_SALT" help:"The salt of those signatures; the same as that of a Django project beside this server."`
	// ExpireDays is how long a key is good.
	ExpireDays float64 `setting:"ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS" help:"For how many days such a link is good."`
	// Rates bound how many mails an address gets.
	Rates VerificationRates `setting:"ACCOUNT_RATE_LIMITS"`

	// Keys sign.
	Keys signing.Config
	// Now is the clock. nil: time.Now.
	Now func() time.Time
}

// VerificationRates bound how often something is done.
type VerificationRates struct {
	ConfirmEmail Rate     `setting:"confirm_email" help:"How often an address gets a mail with a link that confirms it, as in 1/3m/key: once in three minutes when somebody registers with it, and as often when the link is asked for once more. What is too much is not sent, and the answer does not tell. null: any number."`
	ManageEmail  UserRate `setting:"manage_email" help:"How often a user may add, prefer or remove addresses, as in 10/m/user. null: any number."`
}

// DefaultVerificationConfig signs keys, and mails them to an address once in three minutes at most.
func DefaultVerificationConfig() VerificationConfig {
	cfg := ExactVerificationConfig()
	cfg.Rates.ConfirmEmail = Rate{Every: 3 * time.Minute}
	cfg.Rates.ManageEmail = UserRate{throttle.Rate{Limit: 10, Per: time.Minute}}
	return cfg
}

// ExactVerificationConfig mails as often as it is asked to, which is what dj-rest-auth makes of django-allauth's limit.
func ExactVerificationConfig() VerificationConfig {
	return VerificationConfig{HMAC: true, Salt: "account", ExpireDays: 3, Keys: signing.DefaultConfig(), Now: time.Now}
}

// Validate returns every fault, each beginning with the setting's name.
func (c VerificationConfig) Validate() error {
	if !(c.ExpireDays > 0 && c.ExpireDays <= maxExpireDays) {
		return fmt.Errorf("ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS: must be above 0, and %d at most", maxExpireDays)
	}
	return nil
}

// validity is how long a key is good.
func (c VerificationConfig) validity() time.Duration {
	return time.Duration(c.ExpireDays * 24 * float64(time.Hour))
}

// Rate is how often something may be done. The zero value is any number of times.
type Rate struct {
	Every time.Duration // the time between one and the next
}

// ratePattern is an amount, a period and perhaps what is counted, as in 1/3m/key.
var ratePattern = regexp.MustCompile(`^([1-9][0-9]{0,5})/([0-9]{0,6})(s|m|h|d)[a-z]*(/key)?$`)

// UnmarshalText reads a rate of django-allauth that counts by key. What it lets happen N times in a period may happen
// every Nth part of it here.
func (r *Rate) UnmarshalText(text []byte) error {
	parts := ratePattern.FindStringSubmatch(strings.TrimSpace(string(text)))
	if parts == nil {
		return errors.New("must be a number, a period and key, as in 1/3m/key")
	}
	amount, _ := strconv.Atoi(parts[1]) // digits only
	periods := 1
	if parts[2] != "" {
		periods, _ = strconv.Atoi(parts[2])
	}
	unit := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[parts[3]]
	r.Every = time.Duration(periods) * unit / time.Duration(amount)
	return nil
}

// UserRate is how often one user may do something. The zero value is any number of times.
type UserRate struct{ throttle.Rate }

// UnmarshalText reads a rate of django-allauth that counts by user, as in 10/m/user.
func (r *UserRate) UnmarshalText(text []byte) error {
	return r.Rate.UnmarshalText(bytes.TrimSuffix(text, []byte("/user")))
}
