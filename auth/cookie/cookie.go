// Package cookie makes cookies from the attributes that Django's settings name. It only makes and reads them: who calls
// it puts them on the wire.
package cookie

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Attributes are what all cookies of one name have in common.
type Attributes struct {
	Name     string
	Domain   string // "": the host that set it, and no other
	Path     string
	SameSite SameSite
	Secure   bool
	HTTPOnly bool
}

// Set returns the cookie with a value, good for age from now on. An age of 0 means until the browser is closed.
//
// Source: Django, HttpResponse.set_cookie.
func (a Attributes) Set(value string, age time.Duration, now time.Time) *http.Cookie {
	c := &http.Cookie{
		Name: a.Name, Value: value, Domain: a.Domain, Path: a.Path,
		SameSite: a.SameSite.attribute(), Secure: a.Secure, HttpOnly: a.HTTPOnly,
	}
	if age > 0 {
		c.MaxAge = int(age / time.Second)
		c.Expires = now.Add(age).UTC()
	}
	return c
}

// Delete returns the cookie that makes browsers forget this one.
//
// Source: Django, HttpResponse.delete_cookie.
func (a Attributes) Delete() *http.Cookie {
	return &http.Cookie{
		Name: a.Name, Quoted: true, Domain: a.Domain, Path: a.Path, MaxAge: -1, Expires: time.Unix(0, 0).UTC(),
		SameSite: a.SameSite.attribute(), Secure: a.SameSite == None || a.prefixed(),
	}
}

// Text returns c as it goes on the wire; "" for a cookie without a good name. A domain is written as it is set: net/http
// leaves out the dot that Django's settings often begin with.
func Text(c *http.Cookie) string {
	text := c.String()
	if strings.HasPrefix(c.Domain, ".") {
		text = strings.Replace(text, "; Domain=", "; Domain=.", 1)
	}
	return text
}

// Same reports whether c and other are one cookie to browsers, which keep one value of it: a dot before a domain means
// nothing to them, nor does the case of its letters.
//
// Source: RFC 6265 section 5.2.3 and 5.3.
func Same(c, other *http.Cookie) bool {
	return c.Name == other.Name && c.Path == other.Path &&
		strings.EqualFold(strings.TrimPrefix(c.Domain, "."), strings.TrimPrefix(other.Domain, "."))
}

// Validate returns what would make browsers refuse the cookie. Every fault begins with the name of a setting: prefix
// and what Django calls the attribute, such as CSRF_COOKIE_ and PATH.
//
// Source: RFC 6265bis section 4.1.3.
func (a Attributes) Validate(prefix string) error {
	var faults []error
	if (&http.Cookie{Name: a.Name, Value: "x"}).Valid() != nil {
		faults = append(faults, fmt.Errorf("%sNAME: %q is no name of a cookie", prefix, a.Name))
	}
	if !strings.HasPrefix(a.Path, "/") || strings.ContainsAny(a.Path, ";\r\n") {
		faults = append(faults, fmt.Errorf("%sPATH: must begin with a slash, not %q", prefix, a.Path))
	}
	if a.Domain != "" && (&http.Cookie{Name: "x", Value: "x", Domain: a.Domain}).Valid() != nil {
		faults = append(faults, fmt.Errorf("%sDOMAIN: %q is no domain", prefix, a.Domain))
	}
	if a.SameSite == None && !a.Secure {
		faults = append(faults, fmt.Errorf("%sSAMESITE: browsers refuse None without %sSECURE", prefix, prefix))
	}
	if a.prefixed() && !a.Secure {
		faults = append(faults, fmt.Errorf("%sNAME: browsers refuse %s without %sSECURE", prefix, a.Name, prefix))
	}
	if hasPrefixFold(a.Name, "__Host-") && (a.Domain != "" || a.Path != "/") {
		faults = append(faults, fmt.Errorf("%sNAME: browsers refuse %s with a domain or a path other than /", prefix, a.Name))
	}
	return errors.Join(faults...)
}

// prefixed reports whether the name itself asks browsers for security.
func (a Attributes) prefixed() bool {
	return hasPrefixFold(a.Name, "__Host-") || hasPrefixFold(a.Name, "__Secure-")
}

// Value returns the value of the only cookie of that name in r. ok is false where there is none, and where there are
// several: another site of the same domain may have set one of them, and nobody can tell which.
//
// Source: RFC 6265bis section 8.6.
func Value(r *http.Request, name string) (value string, ok bool) {
	found := r.CookiesNamed(name)
	if len(found) != 1 {
		return "", false
	}
	return found[0].Value, true
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
