package main

import (
	"log/slog"
	"net/http"
	"time"

	"watchword/auth"
	"watchword/auth/dialects/simplejwt"
	"watchword/janitor"
	"watchword/metrics"
	"watchword/models/gormstore"
	"watchword/schemes"
	"watchword/schemes/basic"
	"watchword/schemes/jwt"
	"watchword/schemes/jwt/keys"
	"watchword/schemes/session"
	"watchword/schemes/token"
	"watchword/webhooks"
)

// The bounds on a connection. A request body has a bound of its own, BODY_TIMEOUT.
const (
	headerTimeout  = 5 * time.Second
	idleTimeout    = 2 * time.Minute
	answerTimeout  = 10 * time.Second // to take an answer, on top of making it
	maxHeaderBytes = 32 << 10
)

// server is everything that answers requests.
type server struct {
	http    *http.Server
	health  *health
	keys    *keys.Ring
	rsa     string // what computes RSA signatures
	janitor *janitor.Janitor
	hooks   *webhooks.Worker
	metrics *metrics.Metrics // nil: nobody is told
	rows    rowCache
}

// newServer puts the server together. It opens nothing but the keys; store must be open and log ready.
func newServer(s *Settings, store *gormstore.Store, mails *mailing, log *slog.Logger) (*server, error) {
	users := store.UserModel()
	s.describeUsers(users)
	if err := s.unmakeable(users); err != nil {
		return nil, err
	}
	p, err := newParts(s, store, mails, log)
	if err != nil {
		return nil, err
	}
	site, err := p.newSite()
	if err != nil {
		return nil, err
	}
	p.mountDescription(site)
	if err := p.mountAll(site); err != nil {
		return nil, err
	}
	if s.Project.Demo {
		if err := p.mountDemo(site); err != nil {
			return nil, err
		}
	}
	worker, err := webhooks.NewWorker(s.Webhooks, p.publisher, store, log)
	if err != nil {
		return nil, err
	}
	probes := newHealth(store, p.ring, s.Keys.PublishLead)
	return &server{http: newHTTP(s, p.rows.before(s.showingCookies(probes.before(site))), log), health: probes, keys: p.ring,
		rsa: p.accelerator.String(), hooks: worker, metrics: p.metrics, janitor: p.newJanitor(), rows: p.rows}, nil
}

// newSimpleJWT returns simplejwt's endpoints.
func newSimpleJWT(s *Settings, accounts *auth.Service, bearer *jwt.Scheme) *simplejwt.Dialect {
	return simplejwt.New(s.simpleJWT(), simplejwt.Deps{
		Accounts: recording(s, accounts), Tokens: bearer, Sliding: bearer.Sliding(),
	})
}

// simpleJWT returns the Config of the dialect in the mode of the settings.
func (s *Settings) simpleJWT() simplejwt.Config {
	cfg := simplejwt.DefaultConfig()
	if s.Compatibility == Exact {
		cfg = simplejwt.ExactConfig()
	}
	cfg.Serializers = s.Bodies
	cfg.UsernameField = s.RESTAuth.Users.UsernameField()
	return cfg
}

// recording returns the core that simplejwt's endpoints log users in with.
func recording(s *Settings, accounts *auth.Service) *auth.Service {
	if s.JWT.UpdateLastLogin {
		return accounts.Recording()
	}
	return accounts
}

// newSchemes returns the schemes that DEFAULT_AUTHENTICATION_CLASSES names, as far as this version has them.
func newSchemes(s *Settings, accounts *auth.Service, bearer *jwt.Scheme, pairs *jwt.Cookies, tokens *token.Scheme,
	sessions *session.Scheme, store rowCache) []schemes.Scheme {
	var list []schemes.Scheme
	for _, class := range s.REST.Authentication {
		switch class {
		case classJWT:
			list = append(list, bearer)
		case classJWTCookie:
			list = append(list, pairs)
		case classBasic:
			list = append(list, basic.New(accounts, auth.ErrInvalidCredentials))
		case classToken:
			list = append(list, token.NewPlain(store, time.Now))
		case classAuthToken:
			list = append(list, tokens)
		case classSession:
			list = append(list, sessions)
		case classTutorial:
			// read below its own mount only
		}
	}
	return list
}

// newHTTP returns the HTTP server with all its bounds.
func newHTTP(s *Settings, h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           withDeadline(h, s.Server.RequestTimeout),
		ReadHeaderTimeout: headerTimeout,
		WriteTimeout:      headerTimeout + s.Site.BodyTimeout + s.Server.RequestTimeout + answerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // what clients do wrong on the connection
	}
}
