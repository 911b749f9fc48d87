package replay

import (
	"fmt"
	"math"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
)

// epoch is the expires_in of a cookie that expires at the beginning of 1970.
const epoch = "epoch"

const expirySlip = 5 // seconds that expires_in may be off

// cookie is a Set-Cookie header, or what a recording expects of one.
type cookie struct {
	Name     string  `json:"name"`
	Value    string  `json:"value"`
	Path     *string `json:"path"`
	Domain   *string `json:"domain"`
	SameSite *string `json:"samesite"`
	HTTPOnly bool    `json:"httponly"`
	Secure   bool    `json:"secure"`
	MaxAge   *int    `json:"max_age"`
	Expires  any     `json:"expires_in"` // nil, seconds from now (float64), or "epoch"
	Optional bool    `json:"optional"`   // expectations only: the cookie may be missing
}

// parseSetCookie reads one Set-Cookie line.
func parseSetCookie(line string) cookie {
	parts := strings.Split(line, ";")
	name, value, _ := strings.Cut(strings.TrimSpace(parts[0]), "=")
	if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
		value = value[1 : len(value)-1]
	}
	c := cookie{Name: name, Value: value}
	for _, part := range parts[1:] {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		c.set(strings.ToLower(key), value)
	}
	return c
}

func (c *cookie) set(attribute, value string) {
	switch attribute {
	case "path":
		c.Path = &value
	case "domain":
		c.Domain = &value
	case "samesite":
		c.SameSite = &value
	case "httponly":
		c.HTTPOnly = true
	case "secure":
		c.Secure = true
	case "max-age":
		if n, err := strconv.Atoi(value); err == nil {
			c.MaxAge = &n
		}
	case "expires":
		c.Expires = expiresIn(value)
	}
}

func expiresIn(value string) any {
	at, err := time.Parse(time.RFC1123, value)
	if err != nil {
		at, err = mail.ParseDate(value)
	}
	switch {
	case err != nil:
		return "unreadable: " + value
	case at.Unix() == 0:
		return epoch
	}
	return math.Round(time.Until(at).Seconds())
}

// jar keeps cookies between steps. It honours Path, and ignores Domain and Secure.
type jar struct {
	names  []string // in the order in which they were set first
	values map[string]cookie
}

func newJar() *jar { return &jar{values: map[string]cookie{}} }

func (j *jar) store(cookies []cookie) {
	for _, c := range cookies {
		if c.MaxAge != nil && *c.MaxAge == 0 || c.Expires == epoch {
			delete(j.values, c.Name)
			j.names = slices.DeleteFunc(j.names, func(name string) bool { return name == c.Name })
			continue
		}
		if _, known := j.values[c.Name]; !known {
			j.names = append(j.names, c.Name)
		}
		j.values[c.Name] = c
	}
}

// header is the Cookie header for a path, or "".
func (j *jar) header(path string) string {
	var pairs []string
	for _, name := range j.names {
		if c := j.values[name]; c.covers(path) {
			pairs = append(pairs, c.Name+"="+c.Value)
		}
	}
	return strings.Join(pairs, "; ")
}

func (c cookie) covers(path string) bool {
	scope := "/"
	if c.Path != nil && *c.Path != "" {
		scope = *c.Path
	}
	return path == scope || strings.HasPrefix(path, strings.TrimSuffix(scope, "/")+"/")
}

// diffCookies compares all cookies that were set with all that are expected.
func diffCookies(want, got []cookie) []string {
	var out []string
	expected := byName(want)
	actual := byName(got)
	for _, name := range sortedKeys(actual) {
		if _, ok := expected[name]; !ok {
			out = append(out, fmt.Sprintf("cookie %s: unexpected, value %s", name, short(actual[name].Value)))
		}
	}
	for _, name := range sortedKeys(expected) {
		w := expected[name]
		if g, ok := actual[name]; ok {
			out = append(out, w.diff(g)...)
		} else if !w.Optional {
			out = append(out, fmt.Sprintf("cookie %s: not set", name))
		}
	}
	return out
}

func (c cookie) diff(got cookie) []string {
	out := diff(c.Value, got.Value, "cookie "+c.Name+" value")
	for _, a := range []struct {
		name      string
		want, got any
	}{
		{"path", deref(c.Path), deref(got.Path)},
		{"domain", deref(c.Domain), deref(got.Domain)},
		{"samesite", deref(c.SameSite), deref(got.SameSite)},
		{"httponly", c.HTTPOnly, got.HTTPOnly},
		{"secure", c.Secure, got.Secure},
		{"max_age", deref(c.MaxAge), deref(got.MaxAge)},
	} {
		out = append(out, diff(a.want, a.got, "cookie "+c.Name+" "+a.name)...)
	}
	want, isNumber := c.Expires.(float64)
	have, areNumbers := got.Expires.(float64)
	if c.Expires != got.Expires && (!isNumber || !areNumbers || math.Abs(want-have) > expirySlip) {
		out = append(out, fmt.Sprintf("cookie %s expires_in: expected %v, got %v", c.Name, c.Expires, got.Expires))
	}
	return out
}

func byName(cookies []cookie) map[string]cookie {
	out := make(map[string]cookie, len(cookies))
	for _, c := range cookies {
		out[c.Name] = c
	}
	return out
}

// deref is the value behind p, or nil.
func deref[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}
