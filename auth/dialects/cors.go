package dialects

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// nullOrigin is what browsers call pages without an origin of their own: sandboxed frames, local files, redirects.
const nullOrigin = "null"

// strangers are origins that nobody can mean. A pattern that lets one of them in lets everybody in.
var strangers = [...]string{nullOrigin, "http://stranger.invalid", "https://stranger.invalid"}

// CORSConfig says which other origins' pages may read the answers. Its settings are those of django-cors-headers 3.14.
type CORSConfig struct {
	// AllowedOrigins are the origins that may: a scheme, a host and a port unless it is the scheme's own. "null" stands
	// for pages without an origin.
	AllowedOrigins []string `setting:"CORS_ALLOWED_ORIGINS" help:"Origins whose pages may read the answers, as in https://app.example.com."`
	// AllowedOriginRegexes are patterns of further origins, in the syntax of RE2.
	AllowedOriginRegexes []string `setting:"CORS_ALLOWED_ORIGIN_REGEXES" help:"Patterns of further such origins. Write [.] for a dot; Python's look-around, back references and \\Z do not exist here."`
	// AllowAllOrigins lets everybody.
	AllowAllOrigins bool `setting:"CORS_ALLOW_ALL_ORIGINS" help:"Let the pages of all origins read the answers."`
	// AllowCredentials lets those pages send the user's cookies along.
	AllowCredentials bool `setting:"CORS_ALLOW_CREDENTIALS" help:"Let those pages send the user's cookies along and read what they get."`
	// AllowHeaders are the request headers that those pages may set.
	AllowHeaders []string `setting:"CORS_ALLOW_HEADERS" help:"The request headers that those pages may set."`
	// AllowMethods are the methods that those pages may use.
	AllowMethods []string `setting:"CORS_ALLOW_METHODS" help:"The methods that those pages may use."`
	// ExposeHeaders are the headers of answers that those pages may read beside those that all may.
	ExposeHeaders []string `setting:"CORS_EXPOSE_HEADERS" help:"The headers of answers that those pages may read beside the usual ones."`
	// PreflightMaxAge is how long browsers remember all this. 0: as long as they like.
	PreflightMaxAge time.Duration `setting:"CORS_PREFLIGHT_MAX_AGE" help:"How long browsers remember what they may. 0: as long as they like."`
	// URLsRegex is the pattern of the paths that all this is about, anchored at the start.
	URLsRegex string `setting:"CORS_URLS_REGEX" help:"The pattern of the paths that all this is about, matched from their start."`
	// Strict is what django-cors-headers lacks: patterns match whole origins, only origins that are allowed hear of
	// credentials, and credentials are not for everybody (see Validate).
	Strict bool `setting:"CORS_STRICT" help:"Match patterns with whole origins, tell only allowed origins of credentials, and do not start where all origins, or null, may use credentials."`
}

// DefaultCORSConfig lets in nobody, and is strict.
func DefaultCORSConfig() CORSConfig {
	return CORSConfig{
		AllowHeaders: []string{"accept", "accept-encoding", "authorization", "content-type", "dnt", "origin", "user-agent",
			"x-csrftoken", "x-requested-with"},
		AllowMethods: []string{http.MethodDelete, http.MethodGet, http.MethodOptions, http.MethodPatch, http.MethodPost,
			http.MethodPut},
		PreflightMaxAge: 24 * time.Hour,
		URLsRegex:       "^.*$",
		Strict:          true,
	}
}

// ExactCORSConfig does as django-cors-headers does.
func ExactCORSConfig() CORSConfig {
	c := DefaultCORSConfig()
	c.Strict = false
	return c
}

// Shares reports whether any other origin is let in.
func (c CORSConfig) Shares() bool {
	return c.AllowAllOrigins || len(c.AllowedOrigins) > 0 || len(c.AllowedOriginRegexes) > 0
}

// Validate returns every fault, each beginning with the setting's name. A strict Config must not give credentials to
// all origins, to a pattern that lets in strangers, or to "null", which any page can be by framing itself.
func (c CORSConfig) Validate() error {
	faults := []error{
		headerFault("CORS_ALLOW_HEADERS", c.AllowHeaders), headerFault("CORS_ALLOW_METHODS", c.AllowMethods),
		headerFault("CORS_EXPOSE_HEADERS", c.ExposeHeaders),
	}
	for _, origin := range c.AllowedOrigins {
		if !isOrigin(origin) {
			faults = append(faults, fmt.Errorf("CORS_ALLOWED_ORIGINS: %q must be a scheme and a host in lower case and "+
				"nothing more, as in https://app.example.com; patterns belong in CORS_ALLOWED_ORIGIN_REGEXES", origin))
		}
		if origin == nullOrigin && c.Strict && c.AllowCredentials {
			faults = append(faults, errors.New("CORS_ALLOWED_ORIGINS: any page can be the origin null; "+
				"take it out, or turn CORS_ALLOW_CREDENTIALS off"))
		}
	}
	faults = append(faults, c.patternFaults()...)
	if c.AllowAllOrigins && c.AllowCredentials && c.Strict {
		faults = append(faults, errors.New("CORS_ALLOW_ALL_ORIGINS: every page could act for the user who looks at it; "+
			"name the origins in CORS_ALLOWED_ORIGINS, or turn CORS_ALLOW_CREDENTIALS off"))
	}
	if c.PreflightMaxAge < 0 {
		faults = append(faults, errors.New("CORS_PREFLIGHT_MAX_AGE: must not be negative"))
	}
	return errors.Join(faults...)
}

// patternFaults returns what is wrong with the patterns.
func (c CORSConfig) patternFaults() []error {
	var faults []error
	for _, source := range c.AllowedOriginRegexes {
		pattern, err := compile(source, c.Strict)
		if err != nil {
			faults = append(faults, fmt.Errorf("CORS_ALLOWED_ORIGIN_REGEXES: %w", err))
			continue
		}
		for _, stranger := range strangers {
			if c.Strict && c.AllowCredentials && pattern.MatchString(stranger) {
				faults = append(faults, fmt.Errorf("CORS_ALLOWED_ORIGIN_REGEXES: %q also lets in %s; name your domain in it, "+
					"or turn CORS_ALLOW_CREDENTIALS off", source, stranger))
				break
			}
		}
	}
	if _, err := compile(c.URLsRegex, false); err != nil {
		faults = append(faults, fmt.Errorf("CORS_URLS_REGEX: %w", err))
	}
	return faults
}

// compile returns a pattern that matches as Python's re.match does, from the start, or as re.fullmatch if whole. It
// refuses what RE2 does not have (look-around, back references, atomic groups, \Z, \u, verbose patterns), and what it
// reads in another way: {,n} and POSIX classes. \d, \w and \s are ASCII here.
func compile(source string, whole bool) (*regexp.Regexp, error) {
	for _, other := range [...]string{"{,", "[[:"} {
		if strings.Contains(source, other) {
			return nil, fmt.Errorf("%q: %s means different things to Python and here; write it differently", source, other)
		}
	}
	if _, err := regexp.Compile(source); err != nil {
		return nil, fmt.Errorf("%q is no pattern of RE2, which has less than Python's: %w", source, err)
	}
	if whole {
		return regexp.Compile(`\A(?:` + source + `)\z`)
	}
	return regexp.Compile(`\A(?:` + source + `)`)
}

// isOrigin reports whether text is an origin as browsers write it.
func isOrigin(text string) bool {
	if text == nullOrigin {
		return true
	}
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && u.Scheme+"://"+u.Host == text && strings.ToLower(text) == text &&
		!strings.Contains(text, "*")
}

// headerFault returns what is wrong with names of headers or methods, which become one header.
func headerFault(setting string, names []string) error {
	for _, name := range names {
		if !token.MatchString(name) {
			return fmt.Errorf("%s: %q is no name", setting, name)
		}
	}
	return nil
}

// token is what names of headers and methods consist of.
//
// Source: RFC 9110 section 5.6.2.
var token = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// cors is a CORSConfig made ready.
type cors struct {
	CORSConfig
	allowed  map[string]bool
	patterns []*regexp.Regexp
	paths    *regexp.Regexp
}

// ShareAcrossOrigins lets pages of other origins read the answers, as far as cfg says. Its error is that of Validate.
// Call it before serving.
//
// Source: corsheaders.middleware.CorsMiddleware of django-cors-headers 3.14.
func (s *Site) ShareAcrossOrigins(cfg CORSConfig) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	shared := &cors{CORSConfig: cfg, allowed: map[string]bool{}}
	for _, origin := range cfg.AllowedOrigins {
		shared.allowed[origin] = true
	}
	for _, source := range cfg.AllowedOriginRegexes {
		pattern, err := compile(source, cfg.Strict)
		if err != nil {
			return err
		}
		shared.patterns = append(shared.patterns, pattern)
	}
	var err error
	if shared.paths, err = compile(cfg.URLsRegex, false); err != nil {
		return err
	}
	s.cors = shared
	return nil
}

// answerPreflight answers the requests in which browsers ask what they may, for every path and host. What exactly they
// ask makes no difference.
func (s *Site) answerPreflight(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		_, asks := r.Header[echo.HeaderAccessControlRequestMethod]
		if !asks || r.Method != http.MethodOptions || !s.cors.covers(r) {
			return next(c)
		}
		s.cors.grant(c.Response().Header(), r)
		return write(c, http.StatusOK, htmlType, nil)
	}
}

// shareAnswer adds to all other answers, whatever they are, who may read them.
func (s *Site) shareAnswer(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if r := c.Request(); s.cors.covers(r) {
			c.Response().Before(func() { s.cors.grant(c.Response().Header(), r) })
		}
		return next(c)
	}
}

// covers reports whether the answer to r has CORS headers. A nil cors covers nothing.
func (s *cors) covers(r *http.Request) bool { return s != nil && s.paths.MatchString(r.URL.Path) }

// grant sets the headers of an answer to r.
func (s *cors) grant(header http.Header, r *http.Request) {
	vary(header, echo.HeaderOrigin)
	origin := strings.Join(r.Header.Values(echo.HeaderOrigin), ",")
	if origin == "" {
		return
	}
	allowed := s.AllowAllOrigins || s.allows(origin)
	if s.AllowCredentials && (allowed || !s.Strict) {
		header.Set(echo.HeaderAccessControlAllowCredentials, "true")
	}
	if !allowed {
		return
	}
	if s.AllowAllOrigins && !s.AllowCredentials {
		origin = "*"
	}
	header.Set(echo.HeaderAccessControlAllowOrigin, origin)
	if len(s.ExposeHeaders) > 0 {
		header.Set(echo.HeaderAccessControlExposeHeaders, strings.Join(s.ExposeHeaders, ", "))
	}
	if r.Method != http.MethodOptions {
		return
	}
	header.Set(echo.HeaderAccessControlAllowHeaders, strings.Join(s.AllowHeaders, ", "))
	header.Set(echo.HeaderAccessControlAllowMethods, strings.Join(s.AllowMethods, ", "))
	if seconds := int64(s.PreflightMaxAge / time.Second); seconds > 0 {
		header.Set(echo.HeaderAccessControlMaxAge, strconv.FormatInt(seconds, 10))
	}
}

// allows reports whether origin is listed or fits a pattern. A path behind a listed origin, which no browser sends, does
// not matter; the case of the host does.
func (s *cors) allows(origin string) bool {
	if s.allowed[origin] {
		return true
	}
	if scheme, rest, ok := strings.Cut(origin, "://"); ok {
		if end := strings.IndexAny(rest, "/?#"); end >= 0 {
			rest = rest[:end]
		}
		if s.allowed[strings.ToLower(scheme)+"://"+rest] {
			return true
		}
	}
	for _, pattern := range s.patterns {
		if pattern.MatchString(origin) {
			return true
		}
	}
	return false
}
