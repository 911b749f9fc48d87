package attack

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Check lists what is wrong with an answer.
func (e *Expected) Check(a Answer, v Values) []string {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }

	if len(e.Status) > 0 && !slices.Contains(e.Status, a.Status) {
		fault("status %d, want one of %v; body %.200q", a.Status, e.Status, a.Body)
	} else if a.Status >= 500 && !slices.Contains(e.Status, a.Status) {
		fault("status %d: a client must never cause a 5xx; body %.200q", a.Status, a.Body)
	}
	for _, text := range e.BodyMustContain {
		if !strings.Contains(a.Body, v.Expand(text)) {
			fault("the body lacks %q: %.200q", text, a.Body)
		}
	}
	for _, text := range e.BodyMustNotContain {
		if strings.Contains(a.Body, member(v.Expand(text))) {
			fault("the body has %q: %.200q", text, a.Body)
		}
	}
	e.checkHeaders(a, v, fault)
	if value := v.Expand(e.CookieNotSet); value != "" && strings.Contains(strings.Join(a.Header.Values("Set-Cookie"), "\n"), value) {
		fault("a cookie is set to %.200q", value)
	}
	if e.RedirectHost != "" {
		e.checkRedirect(a, v, fault)
	}
	return faults
}

// member turns "name" in quotes into "name": a forbidden name means a member of that name, not a value.
func member(text string) string {
	if len(text) > 2 && text[0] == '"' && strings.IndexByte(text[1:], '"') == len(text)-2 {
		return text + ":"
	}
	return text
}

func (e *Expected) checkHeaders(a Answer, v Values, fault func(string, ...any)) {
	for name, pattern := range e.HeaderMustMatch {
		if ok, err := regexp.MatchString(pattern, a.Header.Get(name)); !ok {
			fault("header %s is %q, want /%s/ %v", name, a.Header.Get(name), pattern, err)
		}
	}
	for name, values := range e.HeaderMustNotEqual {
		for _, value := range values {
			if a.Header.Get(name) == v.Expand(value) {
				fault("header %s is %q", name, value)
			}
		}
	}
	for name, values := range e.HeaderMustNotHave {
		for _, value := range values {
			if strings.Contains(strings.Join(a.Header.Values(name), ", "), v.Expand(value)) {
				fault("header %s has %q in it", name, value)
			}
		}
	}
	for _, name := range e.HeaderAbsent {
		if _, present := a.Header[http.CanonicalHeaderKey(name)]; present {
			fault("header %s is there: %q", name, a.Header.Get(name))
		}
	}
}

// checkRedirect makes sure that a redirect stays on this server, as browsers read it: they take backslashes for
// slashes, and drop tabs and line ends.
func (e *Expected) checkRedirect(a Answer, v Values, fault func(string, ...any)) {
	location := a.Header.Get("Location")
	if location == "" {
		return
	}
	read := strings.NewReplacer(`\`, "/", "\t", "", "\r", "", "\n", "").Replace(strings.TrimSpace(location))
	target, err := url.Parse(read)
	if err != nil {
		fault("the Location %q cannot be read", location)
		return
	}
	if target.Host != "" && target.Host != v.Expand(e.RedirectHost) || target.Scheme != "" && target.Scheme != "http" {
		fault("redirected to %q, want host %s", location, v.Expand(e.RedirectHost))
	}
}
