package main

import (
	"slices"
	"strings"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/auth/dialects/djrestauth"
	"watchword/auth/dialects/pages"
	"watchword/models"
	"watchword/openapi"
	"watchword/serializers"
)

// descriptionVersion is that of what is served, as far as documents go; the program's own is nobody's business.
const descriptionVersion = "1.0"

// sharedFacts are what the settings decide of the description, wherever something is mounted.
func (p *parts) sharedFacts() openapi.Facts {
	s := p.settings
	known := classNames(s.REST.Authentication)
	_, wider := p.widerBearer()
	return openapi.Facts{
		Texts: map[string]string{
			"version": descriptionVersion, "username": s.simpleJWT().UsernameField,
			"session.cookie": s.Sessions.CookieName, "csrf.cookie": s.CSRF.CookieName,
			"csrf.header": headerName(s.CSRF.HeaderName),
			"jwt.cookie":  s.RESTAuth.Cookies.Name, "jwt.header": headerName(s.JWT.AuthHeaderName),
			"jwt.word": s.JWT.AuthHeaderTypes[0],
		},
		Flags: map[string]bool{
			"html":        slices.Contains(s.REST.Renderers, dialects.HTML),
			"forgiving":   s.Site.IgnoreBadCredentials,
			"throttled":   len(s.REST.Classes) > 0,
			"jwt.bearer":  s.JWT.AuthHeaderTypes[0] == "Bearer" && s.JWT.AuthHeaderName == "HTTP_AUTHORIZATION",
			"jwt.rotates": s.JWT.RotateRefreshTokens,
			"demo.mpdb":   wider == nil,
			"users.named": !s.RESTAuth.Users.ByEmail(),
		},
		Lists: map[string][]string{
			"users.columns":     columnNames(s.RESTAuth.Users.Extra),
			"schemes.known":     known,
			"schemes.aikit":     withName(known, classSession, false),
			"schemes.authtoken": withName(known, classAuthToken, true),
			"schemes.bearer":    classNames(s.demonstrated()),
			"schemes.whoami":    p.askedWho(known),
			"schemes.tutorial":  {string(classTutorial)},
			"schemes.silent":    {string(classSession), string(classTutorial)},
		},
	}
}

// askedWho are the schemes that the view which says who somebody is knows people by.
func (p *parts) askedWho(known []string) []string {
	if p.settings.Project.Tour {
		return classNames(p.settings.demonstrated())
	}
	return withName(known, classAuthToken, true)
}

// describedParts are what is mounted.
func (p *parts) describedParts() []openapi.Part {
	s := p.settings
	var list []openapi.Part
	mounted := func(component, document string) {
		for i, prefix := range s.Features.Mounts[component] {
			list = append(list, openapi.Part{Documents: []string{document}, Number: i + 1,
				Facts: openapi.Facts{Texts: map[string]string{document: prefix}}})
		}
	}
	mounted(mountSimpleJWT, "simplejwt")
	for i, prefix := range s.Features.Mounts[mountRESTAuth] {
		list = append(list, s.describedRESTAuth(prefix, i+1))
	}
	for i, prefix := range s.Features.Mounts[mountAIKit] {
		list = append(list, s.describedAIKit(prefix, i+1))
	}
	for i, prefix := range s.Features.Mounts[mountAuthToken] {
		list = append(list, s.describedAuthToken(prefix, i+1))
	}
	mounted(mountTutorialJWT, "tutorialjwt")
	list = append(list, s.describedPages()...)
	mounted(mountHello, "hello")
	mounted(mountStudents, "students")
	if s.Project.Demo {
		list = append(list, openapi.Part{Documents: []string{"demo"}})
	}
	return append(list, openapi.Part{Documents: []string{"operations"}})
}

// describedRESTAuth is a mount of dj-rest-auth.
func (s *Settings) describedRESTAuth(prefix string, number int) openapi.Part {
	at, _ := s.restAuthAt(prefix) // what is wrong is a fault of Validate
	cfg := s.restAuth(at)
	lavish := cfg.LavishRegistration
	part := openapi.Part{Documents: []string{"restauth"}, Number: number, Facts: openapi.Facts{
		Texts: map[string]string{"restauth": prefix, "restauth.cookies": strings.Join(restAuthCookies(s, at), ", ")},
		Flags: map[string]bool{
			"demo":                    s.Project.Demo && number == 1,
			"restauth.jwt":            cfg.UseJWT,
			"restauth.key":            !cfg.UseJWT && cfg.TokenModel != djrestauth.NoToken,
			"restauth.nothing":        !cfg.UseJWT && cfg.TokenModel == djrestauth.NoToken,
			"restauth.session":        cfg.SessionLogin,
			"restauth.cookies":        len(restAuthCookies(s, at)) > 0,
			"restauth.http-only":      cfg.HTTPOnly,
			"restauth.expiration":     cfg.ReturnExpiration,
			"restauth.rotates":        s.JWT.RotateRefreshTokens && !cfg.HTTPOnly,
			"restauth.old-password":   cfg.OldPasswordField,
			"restauth.logout-on-get":  cfg.LogoutOnGet,
			"registration.verify":     s.Accounts.EmailVerification == auth.VerificationMandatory,
			"registration.refresh":    lavish || !cfg.HTTPOnly,
			"registration.expiration": cfg.ReturnExpiration && !lavish,
			"registration.username":   cfg.UsernameRequired,
			"registration.email":      cfg.EmailRequired,
		},
	}}
	addUserFields(&part, "restauth.user", cfg.Shapes.UserDetails, s.RESTAuth.Users)
	if !cfg.Allauth {
		return part
	}
	part.Documents = append(part.Documents, "registration", "ownaccount")
	if len(s.Features.Social) > 0 {
		part.Documents = append(part.Documents, "social")
		for _, provider := range s.Features.Social {
			kind := "provider"
			if provider == "twitter" {
				kind = "twitter"
			}
			part.Lists[kind] = append(part.Lists[kind], provider)
		}
	}
	return part
}

// restAuthCookies names the cookies that a login sets.
func restAuthCookies(s *Settings, cfg restAuthConfig) []string {
	var names []string
	for _, name := range []string{cfg.Cookies.Name, cfg.Cookies.RefreshName} {
		if cfg.UseJWT && name != "" {
			names = append(names, name)
		}
	}
	if cfg.SessionLogin || cfg.SocialSessionLogin || cfg.LavishRegistration {
		names = append(names, s.Sessions.CookieName, s.CSRF.CookieName)
	}
	return names
}

// describedAIKit is a mount of django-ai-kit-auth.
func (s *Settings) describedAIKit(prefix string, number int) openapi.Part {
	cfg := s.AIKit.Views
	on := cfg.Endpoints
	part := openapi.Part{Documents: []string{"aikit"}, Number: number, Facts: openapi.Facts{
		Texts: map[string]string{"aikit": prefix},
		Flags: map[string]bool{
			"aikit.login": on.Login, "aikit.logout": on.Logout, "aikit.me": on.Me, "aikit.register": on.Register,
			"aikit.activate": on.ActivateEmail, "aikit.validate": on.ValidatePassword,
			"aikit.send-reset": on.SendResetMail, "aikit.reset": on.ResetPassword,
			"aikit.username": cfg.UsernameRequired && !cfg.Users.ByEmail(),
		},
	}}
	addUserFields(&part, "aikit.user", cfg.UserSerializer, s.RESTAuth.Users)
	return part
}

// describedAuthToken is a mount of django-rest-authtoken.
func (s *Settings) describedAuthToken(prefix string, number int) openapi.Part {
	part := openapi.Part{Documents: []string{"authtoken"}, Number: number, Facts: openapi.Facts{
		Texts: map[string]string{"authtoken": prefix},
		Flags: map[string]bool{
			"authtoken.register": s.Registration.Enabled,
			"authtoken.confirm":  s.Registration.Confirmation.Required,
			"authtoken.page":     s.AuthToken.ConfirmPage,
			"authtoken.email":    s.Registration.Confirmation.Required || s.AuthToken.Users.ByEmail(),
		},
	}}
	addUserFields(&part, "authtoken.user", s.AuthToken.UserSerializer, s.RESTAuth.Users)
	part.Flags["authtoken.user"] = part.Lists["authtoken.user"] != nil
	return part
}

// describedPages are the pages behind links in mails.
func (s *Settings) describedPages() []openapi.Part {
	prefixes := s.Features.Mounts[mountRESTAuth]
	if len(prefixes) == 0 {
		return nil
	}
	var list []openapi.Part
	page := func(document, target string, number int) {
		if button, ok := pages.Behind(target); ok {
			list = append(list, openapi.Part{Documents: []string{document}, Number: number,
				Facts: openapi.Facts{Texts: map[string]string{"page": target, "button": button}}})
		}
	}
	page("page_reset", s.resetLink(), 1)
	page("page_forgotten", forgottenPath, 1)
	if s.Features.Allauth {
		for i, link := range s.undoEmailLinks() {
			page("page_undo_email", link, i+1)
		}
		for i, link := range s.undoDeletionLinks() {
			page("page_keep", link, i+1)
		}
		for i, link := range s.confirmLinks() {
			page("page_confirm", link, i+1)
		}
		for i, prefix := range prefixes {
			list = append(list, openapi.Part{Documents: []string{"page_sent"}, Number: i + 1,
				Facts: openapi.Facts{Texts: map[string]string{"restauth": prefix}}})
		}
	}
	return append(list, openapi.Part{Documents: []string{"page_change_password"}})
}

// columnNames are the names of the columns.
func columnNames(columns []models.Column) []string {
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return names
}

// addUserFields adds what a setting tells of users.
func addUserFields(part *openapi.Part, list string, setting any, users models.UserModel) {
	fields, _ := serializers.ParseUserFields(setting, users, serializers.EmailConfirmed, serializers.GroupsField,
		serializers.PermissionsField) // what is wrong is a fault of Validate
	part.Lists = map[string][]string{list: fields}
	for _, field := range fields {
		part.Flags[list+"."+field] = true
	}
}

// classNames are the names of the classes that are asked everywhere.
func classNames(classes []authenticationClass) []string {
	var names []string
	for _, class := range classes {
		if class != classTutorial {
			names = append(names, string(class))
		}
	}
	return names
}

// withName returns the names with one more, unless it is among them.
func withName(names []string, class authenticationClass, first bool) []string {
	switch {
	case slices.Contains(names, string(class)):
		return names
	case first:
		return append([]string{string(class)}, names...)
	}
	return append(slices.Clone(names), string(class))
}

// headerName turns HTTP_X_CSRFTOKEN into X-CSRFTOKEN; case does not matter in headers.
func headerName(wsgi string) string {
	return strings.ReplaceAll(strings.TrimPrefix(wsgi, "HTTP_"), "_", "-")
}
