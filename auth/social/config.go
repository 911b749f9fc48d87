package social

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"
)

// Config says which providers there are, and how they are asked.
type Config struct {
	// Providers are the providers by allauth's names; those of OpenID Connect beyond the named ones are apps of
	// openid_connect.
	Providers map[string]ProviderConfig `setting:"SOCIALACCOUNT_PROVIDERS" secret:"true" help:"The identity providers and our apps there, in allauth's shape: google, github, facebook, twitter, apple, microsoft and openid_connect, each with APP or APPS. See docs/social.md."`
	// Timeout bounds each request to a provider.
	Timeout time.Duration `setting:"SOCIALACCOUNT_REQUESTS_TIMEOUT" help:"How long a request to an identity provider may take."`
	// InspectTokens asks Facebook's debug_token, too.
	InspectTokens bool `setting:"SOCIALACCOUNT_INSPECT_TOKENS" help:"Ask Facebook itself whom an access token was issued to, on top of proving it with appsecret_proof. The other providers are asked in any case."`
	// QueryEmail asks GitHub for the addresses that the profile does not show.
	QueryEmail bool `setting:"SOCIALACCOUNT_QUERY_EMAIL" help:"Ask GitHub for e-mail addresses, and whether they are verified. Off: take the public one, of which that is not known."`
	// AllowLoopback lets providers be on this machine, and without TLS.
	AllowLoopback bool `setting:"SOCIALACCOUNT_ALLOW_LOOPBACK" help:"Let identity providers be on this machine, and without https. For tests."`
	// Leases note which codes were sent to their providers. nil: they are sent as often as they are brought.
	Leases Leases
	// Now is the clock. nil: time.Now.
	Now func() time.Time
}

// DefaultConfig knows no provider.
func DefaultConfig() Config {
	return Config{Timeout: 5 * time.Second, InspectTokens: true, QueryEmail: true}
}

// ExactConfig asks Facebook what allauth asks it, and lets recordings bring providers of their own.
func ExactConfig() Config { return Config{Timeout: 5 * time.Second, AllowLoopback: true} }

// ProviderConfig is allauth's configuration of one provider. What only serves login pages, which are not ours, is read
// and does nothing; see Config.Unused.
type ProviderConfig struct {
	App  App   `setting:"APP"`
	Apps []App `setting:"APPS"`

	VerifiedEmail       bool `setting:"VERIFIED_EMAIL"`
	EmailAuthentication bool `setting:"EMAIL_AUTHENTICATION"`
	PKCE                bool `setting:"OAUTH_PKCE_ENABLED"` // refuse codes without a code_verifier

	Fields      []string `setting:"FIELDS"`        // of a Facebook profile
	Version     string   `setting:"VERSION"`       // of Facebook's API
	GraphURL    string   `setting:"GRAPH_API_URL"` // Facebook's or Microsoft's API
	GitHubURL   string   `setting:"GITHUB_URL"`    // of a GitHub of one's own
	Tenant      string   `setting:"TENANT"`        // of Microsoft
	CallbackURL []string `setting:"CALLBACK_URLS"` // where codes may have been sent; the first is the default
	Issuer      string   `setting:"ID_TOKEN_ISSUER"`
	TokenInfo   string   `setting:"TOKENINFO_URL"`   // Google's
	TwitterURL  string   `setting:"TWITTER_API_URL"` // Twitter's API
	NonceNeeded bool     `setting:"REQUIRE_NONCE"`   // refuse id_tokens without the nonce of the request

	Scope         any `setting:"SCOPE"`
	AuthParams    any `setting:"AUTH_PARAMS"`
	Method        any `setting:"METHOD"`
	SDKURL        any `setting:"SDK_URL"`
	InitParams    any `setting:"INIT_PARAMS"`
	ExchangeToken any `setting:"EXCHANGE_TOKEN"`
	LocaleFunc    any `setting:"LOCALE_FUNC"`
	FetchUserinfo any `setting:"FETCH_USERINFO"`
}

// App is our registration at a provider.
type App struct {
	ClientID   string      `setting:"client_id"`
	Secret     string      `setting:"secret"` // Apple: the id of the key
	Key        string      `setting:"key"`    // Apple: the id of the team
	Name       string      `setting:"name"`
	ProviderID string      `setting:"provider_id"` // of a provider of openid_connect
	Settings   AppSettings `setting:"settings"`
	// CertificateKey is where older versions of allauth have Apple's key.
	CertificateKey string `setting:"certificate_key"`
	Hidden         bool   `setting:"hidden"`
}

// AppSettings are the settings of an App that not all providers have.
type AppSettings struct {
	ServerURL       string `setting:"server_url" json:"server_url"` // of openid_connect: the issuer, or its discovery document
	TokenAuthMethod string `setting:"token_auth_method" json:"token_auth_method"`
	CertificateKey  string `setting:"certificate_key" json:"certificate_key"` // of Apple: a private key in PEM
	Tenant          string `setting:"tenant" json:"tenant"`                   // of Microsoft
	PKCE            bool   `setting:"oauth_pkce_enabled" json:"oauth_pkce_enabled"`
	FetchUserinfo   any    `setting:"fetch_userinfo" json:"fetch_userinfo"`
	UIDField        string `setting:"uid_field" json:"uid_field"` // of openid_connect: only "sub"
	Hidden          bool   `setting:"hidden" json:"hidden"`
}

// apps are all our apps at a provider.
func (c ProviderConfig) apps() []App {
	if c.App.ClientID == "" {
		return c.Apps
	}
	return append([]App{c.App}, c.Apps...)
}

// Configured reports whether we have an app at the provider of that name.
func (c Config) Configured(name string) bool {
	ours := slices.ContainsFunc(c.Providers[openIDConnect].apps(), func(app App) bool { return app.ProviderID == name })
	return ours || len(c.Providers[name].apps()) > 0
}

// Unused names, in alphabetical order, what is set and does nothing: allauth asks a provider with it for a login, or gets
// more than the login needs. Here clients ask themselves, and bring what the provider gives them.
func (c Config) Unused() (names []string) {
	for name, p := range c.Providers {
		given := map[string]any{
			"SCOPE": p.Scope, "AUTH_PARAMS": p.AuthParams, "METHOD": p.Method, "SDK_URL": p.SDKURL, "INIT_PARAMS": p.InitParams,
			"EXCHANGE_TOKEN": p.ExchangeToken, "LOCALE_FUNC": p.LocaleFunc, "FETCH_USERINFO": p.FetchUserinfo,
			"APP.settings.fetch_userinfo": p.App.Settings.FetchUserinfo,
		}
		for i, app := range p.Apps {
			given[fmt.Sprintf("APPS[%d].settings.fetch_userinfo", i)] = app.Settings.FetchUserinfo
		}
		for setting, value := range given {
			if value != nil {
				names = append(names, "SOCIALACCOUNT_PROVIDERS."+name+"."+setting)
			}
		}
	}
	slices.Sort(names)
	return names
}

// Validate returns every fault, each beginning with the setting's name.
func (c Config) Validate() error {
	var faults []error
	if c.Timeout <= 0 {
		faults = append(faults, errors.New("SOCIALACCOUNT_REQUESTS_TIMEOUT: must be more than nothing"))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Providers)) {
		for _, fault := range c.providerFaults(name, c.Providers[name]) {
			faults = append(faults, fmt.Errorf("SOCIALACCOUNT_PROVIDERS.%s.%w", name, fault))
		}
	}
	return errors.Join(faults...)
}

func (c Config) providerFaults(name string, p ProviderConfig) (faults []error) {
	if build, _ := named(name); build == nil && name != openIDConnect {
		return []error{errors.New("APPS: there is no such provider; one that speaks OpenID Connect is an app of " + openIDConnect)}
	}
	for _, u := range []struct{ setting, value string }{
		{"GRAPH_API_URL", p.GraphURL}, {"GITHUB_URL", p.GitHubURL}, {"ID_TOKEN_ISSUER", p.Issuer},
		{"TOKENINFO_URL", p.TokenInfo}, {"TWITTER_API_URL", p.TwitterURL},
	} {
		if u.value != "" {
			faults = append(faults, c.urlFault(u.setting, u.value))
		}
	}
	for i, app := range p.apps() {
		setting := fmt.Sprintf("APPS[%d]", i)
		if app.ClientID == "" {
			faults = append(faults, fmt.Errorf("%s.client_id: must not be empty", setting))
		}
		if field := app.Settings.UIDField; field != "" && field != "sub" {
			faults = append(faults, fmt.Errorf("%s.settings.uid_field: only sub never changes", setting))
		}
		if name == openIDConnect {
			faults = append(faults, c.openIDFaults(setting, app)...)
		}
	}
	return slices.DeleteFunc(faults, func(err error) bool { return err == nil })
}

func (c Config) openIDFaults(setting string, app App) (faults []error) {
	if app.ProviderID == "" {
		faults = append(faults, fmt.Errorf("%s.provider_id: must not be empty", setting))
	}
	return append(faults, c.urlFault(setting+".settings.server_url", app.Settings.ServerURL))
}

// urlFault says why a provider cannot be at that address, or returns nil.
func (c Config) urlFault(setting, value string) error {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" {
		return fmt.Errorf("%s: must be an address such as https://example.com", setting)
	}
	if err := allowed(u, c.AllowLoopback); err != nil {
		return fmt.Errorf("%s: %w", setting, err)
	}
	return nil
}
