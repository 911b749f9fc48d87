package dialects

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"watchword/schemes"
	"watchword/serializers"
)

// View is a resource: who may use it and what its methods do. Every request for it is checked in this order, and the
// first check that fails answers it:
//
//  1. negotiation: 406, or 404 for an unknown ?format=
//  2. authentication: the schemes in order; the first that knows the user wins, the first failure ends it
//  3. permission: 401 or 403
//  4. throttles: 429
//  5. the method: 405
//
// Reading and checking the body is left to the handler. A refusal that is about who asks carries the challenge of the
// first scheme, and is 403 where there is none.
//
// Source: rest_framework.views.APIView.
type View struct {
	Name        string // as the metadata shows it
	Description string
	Schemes     []schemes.Scheme
	Permission  Permission // nil: everybody
	Throttles   []Throttle // nil: the site's
	Scope       string     // what scoped throttles count it as; "": they do not
	Challenge   string     // instead of the first scheme's
	NoHead      bool       // HEAD is refused, as by views of the original that are functions
	Allow       string     // instead of the methods that it has, for one that the original announces otherwise
	Get         Action
	Post        Action
	Put         Action
	Patch       Action
	Delete      Action
}

// Action is what a view does on one method. The zero value is a method that the view does not have.
type Action struct {
	// Handle answers the request, by Respond or by an error.
	Handle echo.HandlerFunc
	// Fields describe the body in the metadata. nil: nothing to describe.
	Fields serializers.Fields
	// Exists says whether the object that the request is about is there; without it the metadata leaves the action
	// out. nil: it always is.
	Exists func(c echo.Context) error
}

// sessionReader is a scheme whose verdict depends on a cookie, so that caches have to be told.
type sessionReader interface{ ReadsSession() bool }

// endpoint is a mounted view.
type endpoint struct {
	site      *Site
	view      View
	allow     string
	headers   []field // of every answer
	challenge string
}

func newEndpoint(s *Site, v View) *endpoint {
	e := &endpoint{site: s, view: v, challenge: v.Challenge}
	if e.challenge == "" && len(v.Schemes) > 0 {
		e.challenge = v.Schemes[0].Challenge()
	}
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodHead} {
		if e.action(method).Handle != nil {
			allowed = append(allowed, method)
		}
	}
	e.allow = cmp.Or(v.Allow, strings.Join(append(allowed, http.MethodOptions), ", "))
	e.headers = []field{newField(echo.HeaderAllow, e.allow)}
	if len(s.renderers) > 1 {
		e.headers = append(e.headers, newField(echo.HeaderVary, echo.HeaderAccept))
	}
	return e
}

// action returns what the view does on method. HEAD is GET; net/http and write keep the body back.
func (e *endpoint) action(method string) Action {
	switch method {
	case http.MethodGet:
		return e.view.Get
	case http.MethodHead:
		if e.view.NoHead {
			return Action{}
		}
		return e.view.Get
	case http.MethodPost:
		return e.view.Post
	case http.MethodPut:
		return e.view.Put
	case http.MethodPatch:
		return e.view.Patch
	case http.MethodDelete:
		return e.view.Delete
	case http.MethodOptions:
		return Action{Handle: e.describe}
	}
	return Action{}
}

// exchange is one request to a view, and what was found out about it so far. It is the context that handlers get.
type exchange struct {
	echo.Context
	*endpoint
	accepted accepted
	identity schemes.Identity
}

// exchangeOf returns what c is in a view, and nil outside.
func exchangeOf(c echo.Context) *exchange {
	x, _ := c.(*exchange)
	return x
}

// Current returns who sent the request that a view is answering.
func Current(c echo.Context) schemes.Identity {
	if x := exchangeOf(c); x != nil {
		return x.identity
	}
	return schemes.Identity{}
}

// serve answers a request for the view. It never returns an error but for a path that only looked like the view's.
func (e *endpoint) serve(c echo.Context) error {
	if !e.site.matches(c) {
		return echo.ErrNotFound
	}
	x := &exchange{Context: c, endpoint: e, accepted: accepted{renderer: e.site.renderers[0]}}
	e.site.noteOrigin(c)
	header := c.Response().Header()
	for _, f := range e.headers {
		f.setIn(header)
	}
	if err := x.run(); err != nil {
		WriteError(x, err)
	}
	return nil
}

// run makes the checks in order and calls the handler.
func (x *exchange) run() error {
	r := x.Request()
	var err error
	if x.accepted, err = x.site.negotiate(r); err != nil {
		return err
	}
	if err := x.authenticate(); err != nil {
		return err
	}
	if err := x.permit(); err != nil {
		return err
	}
	wait, err := x.throttle(r.Context())
	if err != nil {
		return err
	}
	if wait > 0 {
		return serializers.Throttled(wait)
	}
	handle := x.action(r.Method).Handle
	if handle == nil {
		return serializers.MethodNotAllowed(r.Method)
	}
	return handle(x)
}

func (x *exchange) authenticate() error {
	for _, scheme := range x.view.Schemes {
		if s, ok := scheme.(sessionReader); ok && s.ReadsSession() {
			vary(x.Response().Header(), echo.HeaderCookie)
		}
		id, err := scheme.Authenticate(x.Request())
		SetCookies(x, id.Cookies) // a refusal may have some, too
		if err != nil && !x.forgives(err) {
			return err
		}
		if !id.Anonymous() {
			x.identity = id
			return nil
		}
	}
	return nil
}

// forgives reports whether the view is open to who brings a credential that is no good, as if they brought none. A
// credential that was sent without its user's will is another matter.
func (x *exchange) forgives(err error) bool {
	var failure *schemes.Failure
	return x.site.cfg.IgnoreBadCredentials && x.view.Permission == nil && errors.As(err, &failure) &&
		failure.Reason != schemes.CSRF
}

func (x *exchange) permit() error {
	if x.view.Permission == nil || x.view.Permission(x.identity) {
		return nil
	}
	if len(x.view.Schemes) > 0 && x.identity.Anonymous() {
		return serializers.NotAuthenticated()
	}
	return serializers.PermissionDenied()
}
