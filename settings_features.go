package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"watchword/auth/dialects/pages"
	"watchword/settings"
)

// Features says what a Django project says by INSTALLED_APPS, MIDDLEWARE and its URLs.
type Features struct {
	Mounts         mounts            `setting:"mounts" help:"What is served, and below which path, or below which paths: simplejwt, dj-rest-auth, ai-kit, authtoken, tutorial-jwt, hello, students. Of several paths the first one is where links lead. REST_AUTH_MOUNTS says how dj-rest-auth's mounts differ."`
	Allauth        bool              `setting:"allauth" help:"Whether django-allauth's rules hold at dj-rest-auth's endpoints: who gets a reset mail, what reset links look like, what people log in with."`
	TokenBlacklist bool              `setting:"token_blacklist" help:"Whether refresh tokens can be taken back (simplejwt's token_blacklist app)."`
	Social         []string          `setting:"social" help:"The identity providers that people can log in with, at NAME/ and NAME/connect/ below dj-rest-auth's mount: google, github, facebook, twitter, apple, microsoft, and the provider_id of every app of openid_connect."`
	CORS           bool              `setting:"cors" help:"Whether pages of other origins may read answers, as far as the CORS settings let them. Off: those settings do nothing."`
	Links          map[string]string `setting:"links" help:"Where links in mails lead, as paths of this server or as URLs of another: password_reset with {uid} and {token} in it, email_confirmation, email_undo and deletion_undo with {key}; behind a path of this server there is a plain page. change_password is where /.well-known/change-password sends browsers, by default the page /password-reset/, on which people have a link mailed to them."`
	Admin          string            `setting:"admin" help:"Where Django's admin is. Not used by this version."`
}

// mounts are the paths of components, by their names.
type mounts map[string]settings.OneOrMany[string]

// has reports whether a component is served.
func (m mounts) has(name string) bool { return len(m[name]) > 0 }

// first is the path of a component that links lead to; "" where it is not served.
func (m mounts) first(name string) string {
	if !m.has(name) {
		return ""
	}
	return m[name][0]
}

// firsts returns the first path of every component that is served.
func (m mounts) firsts() map[string]string {
	paths := map[string]string{}
	for name := range m {
		if m.has(name) {
			paths[name] = m.first(name)
		}
	}
	return paths
}

// The names of components.
const (
	mountSimpleJWT   = "simplejwt"
	mountRESTAuth    = "dj-rest-auth"
	mountAIKit       = "ai-kit"
	mountTutorialJWT = "tutorial-jwt"
	mountAuthToken   = "authtoken"
	mountHello       = "hello"
	mountStudents    = "students"
)

// The names of links.
const (
	linkPasswordReset     = "password_reset"
	linkEmailConfirmation = "email_confirmation"
	linkEmailUndo         = "email_undo"
	linkDeletionUndo      = "deletion_undo"
	linkChangePassword    = "change_password"
)

// mountsHere are the components that this version can mount.
var mountsHere = [...]string{mountSimpleJWT, mountRESTAuth, mountAIKit, mountAuthToken, mountTutorialJWT, mountHello, mountStudents}

// laterMounts are components that this version knows by name only.
var laterMounts = [...]string{"knox"}

// defaultFeatures mounts everything that this version has whole. tutorial-jwt, whose tokens are good for long and cannot be
// taken back, has to be asked for.
func defaultFeatures() Features {
	return Features{
		Mounts: mounts{
			mountSimpleJWT: {"/api/token/"}, mountRESTAuth: {"/dj-rest-auth/"}, mountAIKit: {"/api/v1/auth/"},
			mountAuthToken: {"/auth/"}, mountHello: {"/hello/"}, mountStudents: {"/api/students/"},
		},
		Allauth:        true,
		TokenBlacklist: true,
		CORS:           true,
	}
}

// sharesAcrossOrigins reports whether CORS' rules hold. Where nothing is shared they do in exact mode only, in which
// preflights are answered as by django-cors-headers.
func (s *Settings) sharesAcrossOrigins() bool {
	return s.Features.CORS && (s.CORS.Shares() || s.Compatibility == Exact)
}

// missingMounts names the mounts that this version cannot serve, in alphabetical order.
func (f Features) missingMounts() []string {
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(f.Mounts)) {
		if slices.Contains(laterMounts[:], name) {
			missing = append(missing, name)
		}
	}
	return missing
}

// validate returns what is wrong with the mounts.
func (f Features) validate() []error {
	var faults []error
	taken := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(f.Mounts)) {
		if !slices.Contains(mountsHere[:], name) && !slices.Contains(laterMounts[:], name) {
			faults = append(faults, fmt.Errorf("FEATURES.mounts: there is no component %q; there are %s", name,
				strings.Join(mountsHere[:], ", ")))
			continue
		}
		for _, path := range f.Mounts[name] {
			switch {
			case !strings.HasPrefix(path, "/") || !strings.HasSuffix(path, "/") || strings.ContainsAny(path, ":*?#% "):
				faults = append(faults, fmt.Errorf("FEATURES.mounts: %s: must be a plain path that begins and ends with a "+
					"slash, not %q", name, path))
			case taken[path] != "":
				faults = append(faults, fmt.Errorf("FEATURES.mounts: %s and %s cannot both be at %s", taken[path], name, path))
			}
			taken[path] = name
		}
	}
	return append(faults, f.validateLinks()...)
}

// validateLinks returns what is wrong with where links lead.
func (f Features) validateLinks() []error {
	var faults []error
	for _, link := range []struct {
		name, holds string
		values      []string
	}{
		{linkPasswordReset, " with {uid} and {token} in it", []string{"{uid}", "{token}"}},
		{linkEmailConfirmation, " with {key} in it", []string{"{key}"}},
		{linkEmailUndo, " with {key} in it", []string{"{key}"}},
		{linkDeletionUndo, " with {key} in it", []string{"{key}"}},
		{linkChangePassword, "", nil},
	} {
		target, given := f.Links[link.name]
		if given && !leads(target, link.values) {
			faults = append(faults, fmt.Errorf("FEATURES.links: %s: must be a path or a URL%s, not %q", link.name, link.holds,
				target))
		}
	}
	return faults
}

// leads reports whether target is a path here or a URL, and has places for all values.
func leads(target string, values []string) bool {
	for _, value := range values {
		if !strings.Contains(target, value) {
			return false
		}
	}
	return pages.ValidTarget(strings.NewReplacer("{", "", "}", "").Replace(target))
}
