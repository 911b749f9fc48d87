package main

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"watchword/audit"
	"watchword/auth"
	"watchword/auth/csrf"
	"watchword/auth/dialects"
	"watchword/auth/dialects/authtoken"
	"watchword/auth/dialects/djrestauth"
	"watchword/auth/dialects/pages"
	"watchword/auth/password"
	"watchword/auth/signing"
	"watchword/auth/social"
	"watchword/auth/throttle"
	"watchword/email"
	"watchword/email/outbox"
	"watchword/janitor"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/rowcache"
	"watchword/openapi"
	"watchword/schemes/jwt"
	"watchword/schemes/jwt/keys"
	"watchword/schemes/session"
	"watchword/schemes/token"
	"watchword/serializers"
	"watchword/settings"
	"watchword/tracing"
	"watchword/webhooks"
)

// environPrefix begins the environment variables that are settings.
const environPrefix = "WATCHWORD_"

// settingsVariable names the settings file; it is no setting itself.
const settingsVariable = environPrefix + "SETTINGS"

// Settings is everything that can be set, under the names that Django and its packages use. It consists of the Configs
// of the packages that are set.
type Settings struct {
	Compatibility Compatibility `setting:"COMPATIBILITY" help:"safe: safe defaults. exact: the original packages' own defaults, for replaying recordings of them."`

	DataDir string `setting:"DATA_DIR" help:"The folder for what this server makes itself: the SQLite file, the secret key, the keys that sign tokens."`

	Server       serverConfig            `setting:",inline"`
	Site         dialects.Config         `setting:",inline"`
	Links        dialects.LinkConfig     `setting:",inline"`
	Pages        pages.Config            `setting:",inline"`
	Docs         openapi.Config          `setting:",inline"`
	CORS         dialects.CORSConfig     `setting:",inline"`
	Proxies      throttle.ProxyConfig    `setting:",inline"`
	Bodies       serializers.Config      `setting:",inline"`
	Log          logConfig               `setting:",inline"`
	Metrics      metricsConfig           `setting:",inline"`
	Traces       tracing.Config          `setting:",inline"`
	Audit        audit.Config            `setting:",inline"`
	Database     gormstore.Config        `setting:",inline"`
	RowCache     rowcache.Config         `setting:",inline"`
	Signing      signing.Config          `setting:",inline"`
	Reset        signing.ResetConfig     `setting:",inline"`
	Resets       auth.ResetConfig        `setting:",inline"`
	Attempts     auth.AttemptConfig      `setting:",inline"`
	Keys         keys.Config             `setting:",inline"`
	Accounts     auth.Config             `setting:",inline"`
	Password     password.Config         `setting:",inline"`
	Tokens       token.Config            `setting:",inline"`
	Sessions     session.Config          `setting:",inline"`
	CSRF         csrf.Config             `setting:",inline"`
	Registration auth.RegistrationConfig `setting:",inline"`
	Signups      auth.SignupConfig       `setting:",inline"`
	Verification auth.VerificationConfig `setting:",inline"`
	Notices      auth.NoticeConfig       `setting:",inline"`
	OwnAccount   ownAccountConfig        `setting:",inline"`
	Social       auth.SocialConfig       `setting:",inline"`
	Providers    social.Config           `setting:",inline"`
	AuthToken    authtoken.Config        `setting:",inline"`
	Janitor      janitor.Config          `setting:",inline"`
	Email        email.Config            `setting:",inline"`
	Outbox       outbox.Config           `setting:",inline"`
	Webhooks     webhooks.Config         `setting:",inline"`
	Project      projectConfig           `setting:",inline"`
	Features     Features                `setting:"FEATURES"`
	REST         restConfig              `setting:"REST_FRAMEWORK"`
	RESTAuth     restAuthConfig          `setting:"REST_AUTH"`
	RESTMounts   restAuthMounts          `setting:"REST_AUTH_MOUNTS" help:"What differs from REST_AUTH at one of several mounts of dj-rest-auth: path to settings, such as {/mobile/: {JWT_AUTH_COOKIE: null, JWT_AUTH_HTTPONLY: false}}. Endpoints of other components read the cookies that REST_AUTH names."`
	JWT          jwt.Config              `setting:"SIMPLE_JWT"`
	AIKit        aikitConfig             `setting:"AI_KIT_AUTH"`
	Tutorial     tutorialConfig          `setting:"TUTORIAL_JWT"`
}

// serverConfig is how requests come in.
type serverConfig struct {
	Listen         string        `setting:"LISTEN" help:"The address to listen on: host:port. An empty host means all interfaces."`
	RequestTimeout time.Duration `setting:"REQUEST_TIMEOUT" help:"How long one request may take."`
	DrainDelay     time.Duration `setting:"DRAIN_DELAY" help:"How long to go on serving after SIGTERM while /readyz already answers 503, so that load balancers notice."`
	StopTimeout    time.Duration `setting:"STOP_TIMEOUT" help:"How long requests in flight may take to finish after that."`
}

// logConfig is what is logged, and how.
type logConfig struct {
	Level  logLevel  `setting:"LOG_LEVEL" help:"The least important messages that are logged: debug, info, warn or error."`
	Format logFormat `setting:"LOG_FORMAT" help:"text, json, or auto: text on a terminal and JSON elsewhere."`
}

// projectConfig holds settings of Django itself that have little or nothing to say here.
type projectConfig struct {
	Debug        bool   `setting:"DEBUG" help:"Does nothing: this server has no debug mode. Accepted because Django projects set it."`
	Demo         bool   `setting:"DEMO" help:"Serve pages to try everything at /demo/, and small example views such as /protected-view/. On by itself where nothing at all is set but perhaps a LISTEN on loopback; other settings then suit the pages, too: see docs/adr/0015-a-demonstration-when-nothing-is-set.md."`
	LanguageCode string `setting:"LANGUAGE_CODE" help:"Only English: en or en-us."`
	LogoutOnGet  bool   `setting:"ACCOUNT_LOGOUT_ON_GET" help:"Let dj-rest-auth's logout/ take GET too."`
	UseTZ        bool   `setting:"USE_TZ" help:"Only true: all times have a time zone."`
	SiteID       int64  `setting:"SITE_ID" help:"The row of django_site that says what this site is called in mails, and, where PASSWORD_RESET_USE_SITES_DOMAIN is on or allauth off, where reset links begin."`

	// Tour is set where DEMO is on by itself: the demonstration is all that this server is for.
	Tour bool
}

// DefaultSettings returns the defaults of a mode.
func DefaultSettings(mode Compatibility) Settings {
	s := Settings{
		Compatibility: mode,
		DataDir:       "data",
		Server: serverConfig{
			Listen:         "127.0.0.1:8000",
			RequestTimeout: 10 * time.Second,
			DrainDelay:     time.Second,
			StopTimeout:    10 * time.Second,
		},
		Site:         dialects.DefaultConfig(),
		Links:        dialects.DefaultLinkConfig(),
		Pages:        pages.DefaultConfig(),
		Docs:         openapi.DefaultConfig(),
		CORS:         dialects.DefaultCORSConfig(),
		Proxies:      throttle.DefaultProxyConfig(),
		Bodies:       serializers.DefaultConfig(),
		Log:          logConfig{Level: "info", Format: "auto"},
		Database:     gormstore.DefaultConfig(),
		RowCache:     rowcache.DefaultConfig(),
		Signing:      signing.DefaultConfig(),
		Reset:        signing.DefaultResetConfig(),
		Resets:       auth.DefaultResetConfig(),
		Attempts:     auth.DefaultAttemptConfig(),
		Keys:         keys.DefaultConfig(),
		Accounts:     auth.DefaultConfig(),
		Password:     password.DefaultConfig(),
		Tokens:       token.DefaultConfig(),
		Sessions:     session.DefaultConfig(),
		CSRF:         csrf.DefaultConfig(),
		Registration: auth.DefaultRegistrationConfig(),
		Signups:      auth.DefaultSignupConfig(),
		Verification: auth.DefaultVerificationConfig(),
		Notices:      auth.DefaultNoticeConfig(),
		OwnAccount:   defaultOwnAccount(),
		Social:       auth.DefaultSocialConfig(),
		Providers:    social.DefaultConfig(),
		AuthToken:    authtoken.DefaultConfig(),
		Janitor:      janitor.DefaultConfig(),
		Email:        email.DefaultConfig(),
		Outbox:       outbox.DefaultConfig(),
		Webhooks:     webhooks.DefaultConfig(),
		Traces:       tracing.DefaultConfig(),
		Audit:        audit.DefaultConfig(),
		Project: projectConfig{
			LanguageCode: "en-us", UseTZ: true, SiteID: 1,
		},
		Features: defaultFeatures(),
		REST:     defaultREST(),
		RESTAuth: restAuthConfig{djrestauth.DefaultConfig(), jwt.DefaultCookieConfig()},
		JWT:      jwt.DefaultConfig(),
		AIKit:    defaultAIKit(),
		Tutorial: defaultTutorial(),
	}
	if mode == Exact {
		s.Accounts = auth.ExactConfig()
		s.Resets = auth.ExactResetConfig()
		s.Site = dialects.ExactConfig()
		s.Attempts = auth.ExactAttemptConfig()
		s.CORS = dialects.ExactCORSConfig()
		s.Features.CORS = false // as long as FEATURES does not name it
		s.Proxies = throttle.ExactProxyConfig()
		s.Password = password.ExactConfig()
		s.REST = exactREST()
		s.RESTAuth = restAuthConfig{djrestauth.ExactConfig(), jwt.ExactCookieConfig()}
		s.Tokens = token.ExactConfig()
		s.Sessions = session.ExactConfig()
		s.CSRF = csrf.ExactConfig()
		s.Registration = auth.ExactRegistrationConfig()
		s.Signups = auth.ExactSignupConfig()
		s.Verification = auth.ExactVerificationConfig()
		s.Notices = auth.ExactNoticeConfig()
		s.OwnAccount = exactOwnAccount()
		s.Providers = social.ExactConfig()
		s.AuthToken = authtoken.ExactConfig()
		s.JWT = jwt.ExactConfig()
		s.AIKit = exactAIKit()
		s.Tutorial = exactTutorial()
		s.Reset = signing.ExactResetConfig()
		s.Bodies = serializers.ExactConfig()
	}
	s.Database.URL = sqliteIn(s.DataDir)
	return s
}

// Loaded is Settings and what is known about where they came from.
type Loaded struct {
	Settings
	Report *settings.Report
	File   string // the settings file; "" for none
}

// LoadSettings reads the settings from file ("" for none) and environ. Its error holds every fault of every setting at
// once. The Loaded is never nil, and usable for looking at even when there are faults.
func LoadSettings(file string, environ []string) (*Loaded, error) {
	src := settings.Sources{File: file, Environ: ownVariables(withStandardTraces(environ)), Prefix: environPrefix, Ignore: isLater}
	s := DefaultSettings(loadMode(src))
	if nothingSet(file, environ) {
		s.demonstrate()
	}
	report, err := settings.Load(&s, src)
	s.derive(report)
	loaded := &Loaded{Settings: s, Report: report, File: file}
	return loaded, joinFaults(err, loaded.Validate())
}

// derive sets what follows from other settings unless it is set itself.
func (s *Settings) derive(report *settings.Report) {
	if report.Origin("DATABASE_URL").Kind == settings.Default {
		s.Database.URL = sqliteIn(s.DataDir)
	}
	if report.Origin("JWT_KEYS_FOLDER").Kind == settings.Default {
		s.Keys.Folder = filepath.Join(s.DataDir, "keys")
	}
	if s.Project.Tour {
		s.Registration.Confirmation.Mail.BaseURL = "http://" + s.Server.Listen
	}
	s.Email.Parts = s.AIKit.Templates.parts()
	if s.Database.OwnUsers() {
		s.describeUsers(models.UserModel{Label: s.Database.UserModel}) // of whom no more is known yet
	}
	s.Proxies.Count = s.REST.NumProxies
	s.Site.VaryByCookie = s.CSRF.UseSessions
	s.Keys.Keep = s.JWT.Leeway + max(s.JWT.AccessTokenLifetime, s.JWT.RefreshTokenLifetime,
		s.JWT.SlidingTokenLifetime, s.JWT.SlidingTokenRefreshLifetime)
}

// loadMode reads COMPATIBILITY alone, for it decides the defaults of the others. Faults are left to the second reading.
func loadMode(src settings.Sources) Compatibility {
	only := struct {
		Mode Compatibility `setting:"COMPATIBILITY"`
	}{Safe}
	src.Ignore = func(string) bool { return true }
	_, _ = settings.Load(&only, src)
	return only.Mode
}

// ownVariables leaves out the variables that begin like ours and mean something else: the settings file, and what
// Kubernetes sets for a service that is called watchword.
func ownVariables(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, value, _ := strings.Cut(entry, "=")
		rest := strings.TrimPrefix(name, environPrefix)
		switch {
		case name == settingsVariable:
			return true
		case rest == "SERVICE_HOST", strings.HasPrefix(rest, "SERVICE_PORT"), strings.HasPrefix(rest, "PORT_"):
			return true
		}
		return rest == "PORT" && strings.Contains(value, "://")
	})
}

// sqliteIn is the URL of the SQLite file in a folder.
func sqliteIn(folder string) string {
	return "sqlite:///" + filepath.ToSlash(filepath.Join(folder, "db.sqlite3"))
}
