// Package dialects ties schemes and serializers to Echo: it is Django REST framework's view machinery and Django's
// common middleware, and the one place where errors become words and answers. Every dialect is made of Views that it
// mounts on a Site.
//
// A request passes, in this order: request id, trace, access log, recovery from panics, security headers, the rules for other
// origins, its session, the bounds of its body, the host, the path, and then the view's own checks (see View).
package dialects

import (
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"watchword/auth/throttle"
)

// Config holds the settings of a site.
type Config struct {
	// AllowedHosts are the names that the server answers to: "name", ".domain" with all its subdomains, or "*".
	AllowedHosts []string `setting:"ALLOWED_HOSTS" help:"Host names the server answers to; .example.com includes subdomains, * is all. Ports and case do not matter."`
	// AppendSlash redirects a path that only lacks its last slash.
	AppendSlash bool `setting:"APPEND_SLASH" help:"Redirect a path that is only known with a slash at its end."`
	// MaxBody is the longest request body in bytes.
	MaxBody int64 `setting:"DATA_UPLOAD_MAX_MEMORY_SIZE" help:"The longest request body in bytes; a longer one is answered 413."`
	// BodyTimeout is how long a request body may take to arrive. 0: as long as the server allows.
	BodyTimeout time.Duration `setting:"BODY_TIMEOUT" help:"How long a request body may take to arrive; a slower one is answered 408."`
	// ProxySSLHeader is the header in which a proxy in front says how it was called, as WSGI writes it, and what it says
	// for https. Empty: no proxy is believed. Clients must not be able to pass the proxy by, nor to set the header.
	ProxySSLHeader []string `setting:"SECURE_PROXY_SSL_HEADER" help:"The header, and its value, by which a proxy in front says that it was called over https: [HTTP_X_FORWARDED_PROTO, https]. Only where clients cannot set it themselves."`
	// IgnoreBadCredentials serves views that are open to everybody also to who brings a credential that is no good.
	IgnoreBadCredentials bool `setting:"IGNORE_BAD_CREDENTIALS" help:"Where everybody may ask, as at login, logout and refresh, treat who brings an expired or foreign credential as who brings none. Off: they are refused until they take it away, which browsers do not do with cookies."`
	// StrictHeaders tells caches and browsers of every answer to keep nothing, and to run and frame nothing of it.
	StrictHeaders bool `setting:"STRICT_HEADERS" help:"Every answer says Cache-Control: no-store, and by a Content-Security-Policy that browsers must not run, load or frame anything of it. Off: only answers with tokens, and pages, say so."`
	// VaryByCookie tells caches that every answer depends on cookies, as it does where something reads the session of
	// every request.
	VaryByCookie bool
	// Tracer makes requests parts of traces. nil: they are none.
	Tracer Tracer
	// Now is the clock. nil: time.Now.
	Now func() time.Time
}

// DefaultConfig answers to loopback names only.
func DefaultConfig() Config {
	return Config{
		AllowedHosts: []string{".localhost", "127.0.0.1", "[::1]"},
		AppendSlash:  true,
		MaxBody:      1 << 20,
		BodyTimeout:  10 * time.Second,
		Now:          time.Now,

		IgnoreBadCredentials: true,
		StrictHeaders:        true,
	}
}

// ExactConfig is DefaultConfig, but refuses bad credentials everywhere, as Django REST framework does, and sends no
// headers beyond those of Django.
func ExactConfig() Config {
	c := DefaultConfig()
	c.IgnoreBadCredentials, c.StrictHeaders = false, false
	return c
}

// Validate returns every fault, each beginning with the setting's name.
func (c Config) Validate() error {
	var faults []error
	for _, host := range c.AllowedHosts {
		name, port := splitHost(strings.ToLower(host))
		if host != "*" && (name == "" || port != "") {
			faults = append(faults, fmt.Errorf("ALLOWED_HOSTS: %q is no host name; ports and schemes do not belong there",
				host))
		}
	}
	if c.MaxBody <= 0 {
		faults = append(faults, errors.New("DATA_UPLOAD_MAX_MEMORY_SIZE: must be above 0"))
	}
	if c.BodyTimeout < 0 {
		faults = append(faults, errors.New("BODY_TIMEOUT: must not be negative"))
	}
	faults = append(faults, c.proxyHeaderFault())
	return errors.Join(faults...)
}

// RESTConfig holds the settings that all views of a site share, a part of REST_FRAMEWORK.
type RESTConfig struct {
	// Renderers are what views can answer with; the first is the default. Empty: JSON.
	Renderers []Renderer `setting:"DEFAULT_RENDERER_CLASSES" help:"What views answer with: json, and html for browsers. The first is the default."`
}

// DefaultRESTConfig renders JSON, and HTML to browsers.
func DefaultRESTConfig() RESTConfig { return RESTConfig{Renderers: []Renderer{JSON, HTML}} }

// Site is a set of views under one roof. Mount everything before serving; from then on it is safe for concurrent use.
type Site struct {
	cfg       Config
	renderers []Renderer
	renders   []string // their media types
	log       *slog.Logger
	browsable *template.Template
	echo      *echo.Echo
	serve     echo.HandlerFunc    // all that a request passes before its view, and the view
	integers  map[string][]string // Echo path -> the parameters that are integers
	cors      *cors               // nil: answers are for pages of our own origin only
	clients   *throttle.Clients   // nil: nobody asks whom requests are from
	throttles []Throttle          // of all views
	sessions  Sessions            // nil: there are none
	observer  Observer            // nil: nobody
}

// NewSite returns a site without views. log hears of every request and of every error that is ours.
func NewSite(cfg Config, rest RESTConfig, log *slog.Logger) *Site {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if len(rest.Renderers) == 0 {
		rest.Renderers = []Renderer{JSON}
	}
	s := &Site{
		cfg: cfg, renderers: rest.Renderers, log: log, echo: echo.New(), integers: map[string][]string{},
		browsable: template.Must(template.New("").Parse(browsablePage)),
	}
	for _, renderer := range s.renderers {
		s.renders = append(s.renders, renderer.mediaType())
	}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.HTTPErrorHandler = s.handleError
	s.serve = chain(s.route, s.identifyRequest, s.traceRequest, s.logRequest, s.recoverPanic, s.secureHeaders, s.answerPreflight,
		s.varyByCookie, s.shareAnswer, s.keepSessions, s.boundBody, s.checkHost, s.checkPath)
	return s
}

// chain puts middleware before last, the first of it outermost.
func chain(last echo.HandlerFunc, middleware ...echo.MiddlewareFunc) echo.HandlerFunc {
	for _, layer := range slices.Backward(middleware) {
		last = layer(last)
	}
	return last
}

// ServeHTTP answers a request. It does what Echo's own does, which would put the middleware together anew for each.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := s.echo.AcquireContext()
	c.Reset(r, w)
	if err := s.serve(c); err != nil {
		s.handleError(err, c)
	}
	s.echo.ReleaseContext(c)
}

// Mount answers requests for exactly path by view. A path may have integer parameters in Django's spelling,
// "/students/<int:pk>", which handlers get by c.Param.
func (s *Site) Mount(path string, view View) {
	path, integers := convert(path)
	s.integers[path] = integers
	// A not-found route is the one kind of Echo's that takes every method, unknown ones too.
	s.echo.RouteNotFound(path, newEndpoint(s, view).serve)
}

// MountPlain answers requests of every method for path by h, outside of all views: no negotiation, no authentication, no
// metadata. The path may have Echo's parameters. Errors become pages.
func (s *Site) MountPlain(path string, h echo.HandlerFunc) {
	s.echo.RouteNotFound(path, func(c echo.Context) error {
		s.noteOrigin(c)
		return h(c)
	})
}

// Observer hears of every request that was answered. It must be quick and safe for concurrent use.
type Observer interface {
	// Served says that a request took that long to answer. route is the pattern of its path, "" for a path that is not
	// ours; method is what the client sent, which may be anything.
	Served(route, method string, status int, took time.Duration)
}

// Observe makes o hear of every request. Call it before serving.
func (s *Site) Observe(o Observer) { s.observer = o }

// Paths returns what is mounted, with parameters as Echo writes them, in alphabetical order.
func (s *Site) Paths() []string {
	var paths []string
	for _, route := range s.echo.Routes() {
		paths = append(paths, route.Path)
	}
	slices.Sort(paths)
	return paths
}

// convert turns Django's integer parameters into Echo's, and returns their names.
func convert(path string) (echoPath string, integers []string) {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		name, ok := strings.CutPrefix(segment, "<int:")
		if !ok {
			continue
		}
		name = strings.TrimSuffix(name, ">")
		integers = append(integers, name)
		segments[i] = ":" + name
	}
	return strings.Join(segments, "/"), integers
}
