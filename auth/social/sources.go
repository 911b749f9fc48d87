package social

import (
	"cmp"
	"fmt"
	"log/slog"
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
	query   bool
	leases  Leases
}

// caller returns what all providers have.
func (b builder) caller() *caller {
	return &caller{apps: slices.Clone(b.cfg.apps()), callbacks: b.cfg.CallbackURL, pkce: b.cfg.PKCE,
		nonce: b.cfg.NonceNeeded, codes: codes{b.leases, b.now}, client: b.client}
}

// issuer returns the OpenID provider at that address.
func (b builder) issuer(url string) *issuer { return newIssuer(url, false, b.client, b.now) }

// named returns how a provider that has a name of its own is made, and its title. It returns nil for others.
func named(name string) (build func(builder) Provider, title string) {
	switch name {
	case "google":
		return newGoogle, "Google"
	case "github":
		return newGitHub, "GitHub"
	case "facebook":
		return newFacebook, "Facebook"
	case "twitter":
		return newTwitter, "Twitter"
	case "apple":
		return newApple, "Apple"
	case "microsoft":
		return newMicrosoft, "Microsoft"
	}
	return nil, ""
}

// New returns the providers of those names, in that order. Names that are not known by themselves are those of apps of
// openid_connect. A provider without an app refuses everybody. The error names what there is not. log hears of providers
// that cannot be asked.
func New(cfg Config, names []string, log *slog.Logger) ([]Source, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	client := newClient(cfg)
	var sources []Source
	for _, name := range names {
		p := cfg.Providers[name]
		b := builder{cfg: p, client: client, now: cfg.Now, inspect: cfg.InspectTokens, query: cfg.QueryEmail,
			leases: cfg.Leases}
		s := Source{Name: name, Signs: name == "twitter", trusted: p.VerifiedEmail, byEmail: p.EmailAuthentication}
		build, title := named(name)
		if build != nil {
			s.provider, s.Title = build(b), title
		} else if !s.generic(cfg, b) {
			return nil, fmt.Errorf("FEATURES.social: %q is neither google, github, facebook, twitter, apple, microsoft nor "+
				"the provider_id of an app of SOCIALACCOUNT_PROVIDERS.openid_connect", name)
		}
		s.log = log
		sources = append(sources, s)
	}
	return sources, nil
}

// generic makes s the provider whose apps have its name as their provider_id, and reports whether there are any.
func (s *Source) generic(cfg Config, b builder) bool {
	group := cfg.Providers[openIDConnect]
	b.cfg = group
	b.cfg.App = App{}
	b.cfg.Apps = slices.DeleteFunc(slices.Clone(group.apps()), func(app App) bool { return app.ProviderID != s.Name })
	if len(b.cfg.Apps) == 0 {
		return false
	}
	app := b.cfg.Apps[0]
	server := strings.TrimSuffix(app.Settings.ServerURL, "/.well-known/openid-configuration")
	o := &openID{caller: b.caller(), issuer: b.issuer(server), identity: standard}
	o.prove = o.introspect
	s.provider, s.Title = o, cmp.Or(app.Name, s.Name)
	s.trusted, s.byEmail = group.VerifiedEmail, group.EmailAuthentication
	return true
}
