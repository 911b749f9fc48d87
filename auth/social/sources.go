package social

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// openIDConnect is the group of the providers that have no name of their own.
const openIDConnect = "openid_connect"

// builder is what a provider is made of.
type builder struct {
	cfg     ProviderConfig
	client  *http.Client
	now     func() time.Time
	inspect bool
}

// caller returns what all providers have.
func (b builder) caller() *caller {
	return &caller{apps: slices.Clone(b.cfg.apps()), callbacks: b.cfg.CallbackURL, pkce: b.cfg.PKCE,
		nonce: b.cfg.NonceNeeded, client: b.client}
}

// issuer returns the OpenID provider at that address.
func (b builder) issuer(url string) *issuer { return newIssuer(url, false, b.client, b.now) }

// named returns a provider that has a name of its own, and its title. ok is false for others.
func named(name string, b builder) (p Provider, title string, ok bool) {
	switch name {
	case "google":
		return newGoogle(b), "Google", true
	case "github":
		return newGitHub(b), "GitHub", true
	case "facebook":
		return newFacebook(b), "Facebook", true
	case "twitter":
		return newTwitter(b), "Twitter", true
	case "apple":
		return newApple(b), "Apple", true
	case "microsoft":
		return newMicrosoft(b), "Microsoft", true
	}
	return nil, "", false
}

// New returns the providers of those names, in that order. Names that are not known by themselves are those of apps of
// openid_connect. A provider without an app refuses everybody. The error names what there is not.
func New(cfg Config, names []string) ([]Source, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	client := newClient(cfg)
	var sources []Source
	for _, name := range names {
		p := cfg.Providers[name]
		b := builder{cfg: p, client: client, now: cfg.Now, inspect: cfg.InspectTokens}
		s := Source{Name: name, Signs: name == "twitter", trusted: p.VerifiedEmail, byEmail: p.EmailAuthentication}
		var ok bool
		if s.provider, s.Title, ok = named(name, b); !ok {
			if s, ok = generic(cfg, name, b); !ok {
				return nil, fmt.Errorf("FEATURES.social: %q is neither google, github, facebook, twitter, apple, microsoft nor "+
					"the provider_id of an app of SOCIALACCOUNT_PROVIDERS.openid_connect", name)
			}
		}
		sources = append(sources, s)
	}
	return sources, nil
}

// generic returns the provider whose apps have name as their provider_id.
func generic(cfg Config, name string, b builder) (Source, bool) {
	b.cfg = cfg.Providers[openIDConnect]
	b.cfg.Apps = slices.DeleteFunc(slices.Clone(b.cfg.apps()), func(app App) bool { return app.ProviderID != name })
	b.cfg.App = App{}
	if len(b.cfg.Apps) == 0 {
		return Source{}, false
	}
	app := b.cfg.Apps[0]
	server := strings.TrimSuffix(app.Settings.ServerURL, "/.well-known/openid-configuration")
	o := &openID{caller: b.caller(), issuer: b.issuer(server), identity: standard}
	o.prove = o.introspect
	return Source{Name: name, Title: cmp.Or(app.Name, name), provider: o, trusted: b.cfg.VerifiedEmail,
		byEmail: b.cfg.EmailAuthentication}, true
}
