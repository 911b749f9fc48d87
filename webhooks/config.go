package webhooks

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"watchword/models"
)

// The least and the most bytes that a secret may have.
//
// Source: Standard Webhooks, "Signature scheme".
const (
	minSecret = 24
	maxSecret = 64
)

// defaultTimeout is how long an endpoint may take to answer unless it is given another time.
const defaultTimeout = 15 * time.Second

// secretPrefix begins secrets, so that they are recognised where they should not be.
const secretPrefix = "whsec_"

// Endpoint is somebody who wants to be told of events.
type Endpoint struct {
	URL      string         `setting:"URL"`
	Secrets  []string       `setting:"SECRETS" secret:"true"` // each message is signed with each: the receiver accepts any
	Events   []models.Event `setting:"EVENTS"`                // none: models.PastEvents
	Timeout  time.Duration  `setting:"TIMEOUT"`               // 0: 15 seconds
	Insecure bool           `setting:"INSECURE"`              // send to http:// too
}

// Config holds the settings of webhooks.
type Config struct {
	Endpoints []Endpoint    `setting:"WEBHOOKS" help:"Who is told what happens to accounts, as a list of mappings: URL, SECRETS (each whsec_ and 24 to 64 bytes in base64; several while one is replaced), EVENTS (all that have happened unless given), TIMEOUT (15 seconds unless given), INSECURE (allow http to other machines). See docs/webhooks.md." secret:"true"`
	Retention time.Duration `setting:"WEBHOOK_RETENTION" help:"How long the rows of webhooks that were delivered or given up are kept. What a delivered one said is wiped at once."`

	Waits []time.Duration  // before the second attempt, the third, and so on; when they are used up it is given up
	Poll  time.Duration    // how often to look for what other processes have put in
	Now   func() time.Time // nil means time.Now

	// Tracer hears of every attempt to deliver a message; nil: nobody does.
	Tracer Tracer
}

// Tracer hears what the Worker does. It must be safe for concurrent use.
type Tracer interface {
	// Job tells that the row of that number begins to be worked on, and returns the context to do it in. end is called at
	// the end, with the error if there is one.
	Job(ctx context.Context, name string, row int64) (inner context.Context, end func(err error))
}

// DefaultConfig tells nobody. What cannot be delivered is tried for three days, as Standard Webhooks recommends.
func DefaultConfig() Config {
	return Config{
		Retention: 7 * 24 * time.Hour,
		Waits: []time.Duration{
			5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour,
			20 * time.Hour, 24 * time.Hour,
		},
		Poll: time.Second,
		Now:  time.Now,
	}
}

// Validate returns every fault, each beginning with the setting's name.
func (c Config) Validate() error {
	var faults []error
	urls := map[string]bool{}
	for i, e := range c.Endpoints {
		for _, fault := range e.faults() {
			faults = append(faults, fmt.Errorf("WEBHOOKS[%d].%w", i, fault))
		}
		if urls[e.URL] {
			faults = append(faults, fmt.Errorf("WEBHOOKS[%d].URL: is given twice", i))
		}
		urls[e.URL] = true
	}
	if c.Retention < 24*time.Hour {
		faults = append(faults, fmt.Errorf("WEBHOOK_RETENTION: must be a day or more, not %v", c.Retention))
	}
	return errors.Join(faults...)
}

// faults returns what is wrong with e, beginning with the member's name. No fault repeats a secret.
func (e Endpoint) faults() []error {
	var faults []error
	if err := e.checkURL(); err != nil {
		faults = append(faults, fmt.Errorf("URL: %w", err))
	}
	if len(e.Secrets) == 0 {
		faults = append(faults, errors.New("SECRETS: is needed to sign with; make one: echo whsec_$(openssl rand -base64 32)"))
	}
	for i, secret := range e.Secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		if !strings.HasPrefix(secret, secretPrefix) || err != nil || len(key) < minSecret || len(key) > maxSecret {
			faults = append(faults, fmt.Errorf("SECRETS[%d]: must be %s and %d to %d bytes in base64", i, secretPrefix,
				minSecret, maxSecret))
		}
	}
	for i, event := range e.Events {
		if !slices.Contains(models.Events(), event) {
			faults = append(faults, fmt.Errorf("EVENTS[%d]: there is no event %q", i, event))
		}
	}
	if e.Timeout < 0 || e.Timeout > time.Minute {
		faults = append(faults, fmt.Errorf("TIMEOUT: must be a minute at most, not %v", e.Timeout))
	}
	return faults
}

// checkURL says what is wrong with the URL.
func (e Endpoint) checkURL() error {
	u, err := url.Parse(e.URL)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("must be an address like https://example.com/hook")
	case u.User != nil || u.Fragment != "":
		return errors.New("must have no user, password or fragment")
	case e.Plain() && !e.Insecure:
		return errors.New("is http, so that everybody on the way reads who does what; use https, or set INSECURE")
	}
	return nil
}

// Plain reports whether what is sent to e goes unencrypted to another machine.
func (e Endpoint) Plain() bool {
	u, err := url.Parse(e.URL)
	if err != nil || u.Scheme != "http" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())
}

// wants reports whether e is to be told of event.
func (e Endpoint) wants(event models.Event) bool {
	if len(e.Events) == 0 {
		return slices.Contains(models.PastEvents(), event)
	}
	return slices.Contains(e.Events, event)
}

// timeout is how long e may take to answer.
func (e Endpoint) timeout() time.Duration {
	if e.Timeout == 0 {
		return defaultTimeout
	}
	return e.Timeout
}

// lease is how long one attempt keeps a message from others. It leaves as long for writing down what came of it.
func (e Endpoint) lease() time.Duration { return 2*e.timeout() + 5*time.Second }

// clock is Now, or time.Now.
func (c Config) clock() func() time.Time {
	if c.Now == nil {
		return time.Now
	}
	return c.Now
}
