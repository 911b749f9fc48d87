package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/auth/dialects/aikit"
	"watchword/auth/dialects/authtoken"
	"watchword/auth/dialects/djrestauth"
	"watchword/auth/dialects/simplejwt"
	"watchword/auth/dialects/tutorialjwt"
	"watchword/demo"
	"watchword/janitor"
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
	janitor *janitor.Janitor
	hooks   *webhooks.Worker
}

// newServer puts the server together. It opens nothing but the keys; store must be open and log ready.
func newServer(s *Settings, store *gormstore.Store, mails *mailing, log *slog.Logger) (*server, error) {
	ring, err := openKeys(s)
	if err != nil {
		return nil, err
	}
	publisher := webhooks.NewPublisher(s.Webhooks, store)
	accounts, _, err := newAccounts(s, store, newSignals(publisher, store, log), log)
	if err != nil {
		return nil, err
	}
	bearer, err := newBearer(s, ring, store, log)
	if err != nil {
		return nil, err
	}

	tokens, err := token.New(s.Tokens, store)
	if err != nil {
		return nil, err
	}
	confirmations, err := newConfirmations(s, store, mails, accounts.Signals())
	if err != nil {
		return nil, err
	}
	verifications := newVerifications(s, store, mails, accounts.Signals())
	sessions, protection := newSession(s, store)
	pairs := newCookies(s, bearer, protection)
	known := newSchemes(s, accounts, bearer, pairs, tokens, sessions, store)

	site := dialects.NewSite(s.Site, s.REST.RESTConfig, log)
	counts := newCounts(store)
	if err := limitRates(site, s, counts); err != nil {
		return nil, err
	}
	if s.Features.CORS {
		if err := site.ShareAcrossOrigins(s.CORS); err != nil {
			return nil, err
		}
	}
	if s.usesSessions() {
		site.KeepSessions(sessions)
	}
	if prefix, ok := s.Features.Mounts[mountSimpleJWT]; ok {
		simplejwt.Mount(site, prefix, newSimpleJWT(s, accounts, bearer))
	}
	if prefix, ok := s.Features.Mounts[mountRESTAuth]; ok {
		resets, err := newResetMails(s, accounts, store, mails)
		if err != nil {
			return nil, err
		}
		registration := newRegistration(s, accounts, store, verifications)
		providers, err := newSocial(s, accounts, store, verifications, registration, log)
		if err != nil {
			return nil, err
		}
		d := newRESTAuth(s, accounts, pairs, sessions, resets, store, known, registration, providers)
		djrestauth.Mount(site, prefix, d)
		if s.Project.Demo {
			djrestauth.MountSocialAccounts(site, "/", d)
		}
		if err := mountPages(site, s, resets, verifications); err != nil {
			return nil, err
		}
	}
	if prefix, ok := s.Features.Mounts[mountAIKit]; ok {
		d, err := newAIKit(s, accounts, store, mails, sessions, protection, known)
		if err != nil {
			return nil, err
		}
		aikit.Mount(site, prefix, d)
	}
	if prefix, ok := s.Features.Mounts[mountAuthToken]; ok {
		d, err := newAuthToken(s, accounts, tokens, confirmations, store, known)
		if err != nil {
			return nil, err
		}
		authtoken.Mount(site, prefix, d)
	}
	if prefix, ok := s.Features.Mounts[mountTutorialJWT]; ok {
		tutorial, err := newTutorialJWT(s, accounts, store)
		if err != nil {
			return nil, err
		}
		tutorialjwt.Mount(site, prefix, tutorial)
	}
	if path, ok := s.Features.Mounts[mountHello]; ok {
		demo.MountHello(site, path, bearer)
	}
	if prefix, ok := s.Features.Mounts[mountStudents]; ok {
		demo.MountStudents(site, prefix, s.Bodies, store, bearer)
	}
	if s.Project.Demo {
		demo.MountViews(site, known...)
		demo.MountCSRF(site, protection)
		demo.MountTest(site, protection, known...)
		mountMPDB(site, s, accounts, bearer)
		demo.MountWhoAmI(site, "/auth-demo/whoami/", withTokens(known, tokens)...)
	}

	worker, err := webhooks.NewWorker(s.Webhooks, publisher, store, log)
	if err != nil {
		return nil, err
	}
	probes := newHealth(store, ring, s.Keys.PublishLead)
	return &server{http: newHTTP(s, probes.before(site), log), health: probes, keys: ring,
		janitor: newJanitor(s, store, tokens, confirmations, verifications, mails, publisher, log), hooks: worker}, nil
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
	sessions *session.Scheme, store *gormstore.Store) []schemes.Scheme {
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

// mountMPDB puts on site the endpoint of a tutorial whose tokens say more about the user. Where the settings give one
// of its claims another meaning there is no such endpoint.
func mountMPDB(site *dialects.Site, s *Settings, accounts *auth.Service, bearer *jwt.Scheme) {
	wider, err := bearer.WithClaims(map[string]string{"username": "{username}", "sub": "MpdbUser"})
	if err != nil {
		return
	}
	cfg := s.simpleJWT()
	cfg.Endpoints = []simplejwt.Endpoint{simplejwt.Obtain}
	simplejwt.Mount(site, "/api/token/mpdb/", simplejwt.New(cfg, simplejwt.Deps{
		Accounts: recording(s, accounts), Tokens: wider,
	}))
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

// withDeadline bounds how long h may work on a request.
func withDeadline(h http.Handler, limit time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeoutCause(r.Context(), limit, errors.New("REQUEST_TIMEOUT"))
		defer cancel()
		h.ServeHTTP(w, r.WithContext(ctx))
	})
}
