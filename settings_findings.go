package main

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"watchword/email"
	"watchword/schemes/jwt/keys"
	"watchword/schemes/jwt/libcrypto"
	"watchword/settings"
	"watchword/webhooks"
)

// Finding is something about the settings that somebody should know. The ids are stable: they can be searched for.
type Finding struct {
	ID   string // "watchword.W001"; E is an error, W a warning
	Text string
}

// isError reports whether the finding is an error.
func (f Finding) isError() bool { return strings.HasPrefix(f.ID, "watchword.E") }

// The least that Django asks of a secret key.
const (
	minSecretKeyLength     = 50
	minSecretKeyCharacters = 5
)

// rule is one thing to look for.
type rule struct {
	id     string
	deploy bool // looked for only with --deploy
	broken func(l *Loaded) bool
	text   string
}

// findings returns what the rules find, and what the settings mention that this version does not have.
func (l *Loaded) findings(deploy bool) []Finding {
	return append(l.brokenRules(deploy), l.missingParts()...)
}

// brokenRules returns what the rules find.
func (l *Loaded) brokenRules(deploy bool) []Finding {
	var found []Finding
	for _, r := range rules() {
		if (deploy || !r.deploy) && r.broken(l) {
			found = append(found, Finding{"watchword." + r.id, r.text})
		}
	}
	return found
}

// missingParts names what is asked for and not in this version.
func (l *Loaded) missingParts() []Finding {
	var found []Finding
	for _, name := range l.Features.missingMounts() {
		found = append(found, Finding{"watchword.W101",
			fmt.Sprintf("FEATURES.mounts: this version does not have %s; %s is not served.", name, l.Features.Mounts.first(name))})
	}
	for _, ignored := range l.Report.Ignored {
		found = append(found, Finding{"watchword.W102",
			fmt.Sprintf("%s (%s): belongs to a part that this version does not have; it has no effect.",
				ignored.Name, ignored.Origin)})
	}
	for _, name := range l.Providers.Unused() {
		found = append(found, Finding{"watchword.W104", name + ": clients ask the provider for logins themselves, so say it " +
			"there; it has no effect."})
	}
	for _, class := range l.REST.Authentication {
		if text := class.missing(); text != "" {
			found = append(found, Finding{"watchword.W103",
				fmt.Sprintf("REST_FRAMEWORK.DEFAULT_AUTHENTICATION_CLASSES: %s: %s", class, text)})
		}
	}
	return found
}

// rules is everything that is looked for.
func rules() []rule {
	return []rule{
		{"E001", false, func(l *Loaded) bool { return l.Compatibility == Safe && l.noSchemes() },
			"REST_FRAMEWORK.DEFAULT_AUTHENTICATION_CLASSES: none of these classes is asked at dj-rest-auth's endpoints, so " +
				"nobody is recognised there. Use jwt."},
		{"E002", true, func(l *Loaded) bool { return l.Email.Backend == email.BackendInbox },
			"EMAIL_BACKEND is inbox: all mails are shown to everybody at /demo/, so that every account can be taken over by " +
				"asking for a reset link. Use smtp."},
		{"E003", false, missingLibrary,
			"RSA_LIBRARY is system, and this machine has no libcrypto that this program can load. Use auto or go."},
		{"W001", false, func(l *Loaded) bool { return l.Project.Debug },
			"DEBUG is true. It does nothing here, but a settings file for production should not say so."},
		{"W002", false, weakSecretKey,
			"SECRET_KEY is short, has few different characters or is Django's insecure example. Use at least 50 random " +
				"characters, or leave it out and one is made."},
		{"W003", true, func(l *Loaded) bool { return slices.Contains(l.Site.AllowedHosts, "*") },
			"ALLOWED_HOSTS has *: requests under any host name are answered. Name yours."},
		{"W004", true, func(l *Loaded) bool { return l.Compatibility == Exact },
			"COMPATIBILITY is exact, which copies unsafe defaults of the original packages. It is meant for tests; " +
				"docs/compatibility.md lists them."},
		{"W005", true, func(l *Loaded) bool { return strings.HasPrefix(l.JWT.Algorithm, "HS") },
			"SIMPLE_JWT.ALGORITHM is an HS one: everybody who can check a token can also make one. Use RS256 or ES256 " +
				"unless only this server checks them."},
		{"W036", false, func(l *Loaded) bool { return l.JWT.TokenTypeClaim == "" },
			"SIMPLE_JWT.TOKEN_TYPE_CLAIM is null: refresh tokens are good as access tokens, also after a logout, and access " +
				"tokens can be refreshed. Name a claim."},
		{"W006", true, func(l *Loaded) bool { return !l.JWT.RotateRefreshTokens },
			"SIMPLE_JWT.ROTATE_REFRESH_TOKENS is false: a stolen refresh token works until it expires, and nobody notices."},
		{"W007", true, func(l *Loaded) bool { return l.JWT.RotateRefreshTokens && !l.JWT.BlacklistAfterRotation },
			"SIMPLE_JWT.BLACKLIST_AFTER_ROTATION is false: old refresh tokens go on working after they were exchanged."},
		{"W027", true, func(l *Loaded) bool { return l.JWT.BlacklistAfterRotation && !l.JWT.ReuseEndsFamily },
			"SIMPLE_JWT.REUSE_ENDS_FAMILY is false: whoever exchanges a stolen refresh token first keeps the login, and the " +
				"owner, who is refused, does not end it."},
		{"W031", true, func(l *Loaded) bool { return l.JWT.JWKURL != "" },
			"SIMPLE_JWT.JWK_URL is set: only tokens signed with the keys published there are accepted. Unless the keys of this " +
				"server are among them, it does not accept the tokens that it hands out."},
		{"W008", false, func(l *Loaded) bool { return l.JWT.CheckRevokeToken },
			"SIMPLE_JWT.CHECK_REVOKE_TOKEN puts an MD5 digest of the password hash into every token, readable by all who " +
				"hold one. This is simplejwt's format and cannot be another."},
		{"W009", true, func(l *Loaded) bool { return l.Project.Demo || l.mounted(mountHello) || l.mounted(mountStudents) },
			"Demonstrations are served: DEMO, or hello or students in FEATURES.mounts."},
		{"W010", true, func(l *Loaded) bool { return !l.JWT.CheckUserIsActive },
			"SIMPLE_JWT.CHECK_USER_IS_ACTIVE is false: tokens of disabled users go on working."},
		{"W011", true, func(l *Loaded) bool { return len(l.Password.Validators) == 0 },
			"AUTH_PASSWORD_VALIDATORS is empty: any password is good enough."},
		{"W012", true, writesMD5,
			"PASSWORD_HASHERS begins with MD5: new passwords are stored in a form that is broken in seconds."},
		{"W013", false, settingsReadableByAll,
			"The settings file holds a secret and can be read by every user of this machine. Run chmod 600 on it, or keep " +
				"the secret in a file of its own that WATCHWORD_…_FILE names."},
		{"W014", false, func(l *Loaded) bool { return l.anyRESTAuth(restAuthConfig.losesRefreshTokens) },
			"REST_AUTH.JWT_AUTH_HTTPONLY keeps refresh tokens for cookies, and JWT_AUTH_REFRESH_COOKIE names none: a login " +
				"at dj-rest-auth cannot be prolonged. Name a cookie, or set JWT_AUTH_HTTPONLY to false."},
		{"W040", false, (*Loaded).ignoresTokenCookie,
			"REST_AUTH.JWT_AUTH_COOKIE is set, but nobody is recognised by it. Add jwt-cookie to " +
				"REST_FRAMEWORK.DEFAULT_AUTHENTICATION_CLASSES."},
		{"W041", true, func(l *Loaded) bool {
			return l.anyRESTAuth(func(c restAuthConfig) bool { return c.tokensInCookies() && !c.Cookies.UseCSRF })
		},
			"REST_AUTH.JWT_AUTH_COOKIE_USE_CSRF is false: pages of other sites may be able to send requests with the cookie."},
		{"W045", false, func(l *Loaded) bool { return l.anyRESTAuth(restAuthConfig.sendsTokensAnywhere) },
			"REST_AUTH.JWT_AUTH_SAMESITE is None and JWT_AUTH_COOKIE_USE_CSRF false: the pages of any site can send requests " +
				"in the name of whoever opens them. Turn one of the two around."},
		{"W042", true, func(l *Loaded) bool {
			return l.anyRESTAuth(func(c restAuthConfig) bool { return c.tokensInCookies() && !c.Cookies.Secure })
		},
			"REST_AUTH.JWT_AUTH_SECURE is false: whoever can listen to one request without https can take the login over."},
		{"W043", true, func(l *Loaded) bool {
			return l.anyRESTAuth(func(c restAuthConfig) bool { return c.tokensInCookies() && !c.HTTPOnly })
		},
			"REST_AUTH.JWT_AUTH_HTTPONLY is false: scripts can read the cookies with tokens."},
		{"W044", false, (*Loaded).ignoresSessions,
			"REST_AUTH.SESSION_LOGIN is true, but dj-rest-auth's endpoints recognise nobody by a session. Add session to " +
				"REST_FRAMEWORK.DEFAULT_AUTHENTICATION_CLASSES."},
		{"W015", false, func(l *Loaded) bool {
			return l.anyRESTAuth(func(c restAuthConfig) bool { return c.HandsOutNothing() })
		},
			"REST_AUTH has none of USE_JWT, TOKEN_MODEL and SESSION_LOGIN: a login at dj-rest-auth hands out nothing."},
		{"W016", true, func(l *Loaded) bool {
			return l.anyRESTAuth(func(c restAuthConfig) bool { return !c.OldPasswordField })
		},
			"REST_AUTH.OLD_PASSWORD_FIELD_ENABLED is false: whoever has got hold of a token can change the password."},
		{"W017", true, func(l *Loaded) bool { return l.mounted(mountTutorialJWT) },
			"FEATURES.mounts has tutorial-jwt: its tokens are good for up to 60 days and cannot be taken back, not even by a " +
				"new password, and with HS256 everybody who can check one can also make one. Use simplejwt or dj-rest-auth " +
				"for new clients."},
		{"W018", true, func(l *Loaded) bool {
			return l.mounted(mountAuthToken) && l.Registration.Enabled && !l.Registration.ValidatePasswords
		},
			"REGISTRATION_VALIDATE_PASSWORDS is false: register/ takes any password of six characters, whatever " +
				"AUTH_PASSWORD_VALIDATORS says."},
		{"W019", true, func(l *Loaded) bool {
			return l.mounted(mountAuthToken) && l.Registration.Enabled && l.Registration.Confirmation.Required && !l.AuthToken.ConfirmPage
		},
			"REGISTRATION_CONFIRM_PAGE is false: programs that open every link in a mail confirm addresses that nobody has " +
				"confirmed."},
		{"W020", true, func(l *Loaded) bool { return l.mounted(mountAuthToken) && l.Tokens.Validity == 0 },
			"AUTH_TOKEN_VALIDITY is 0: a stolen opaque token works until its owner logs out with it."},
		{"W021", true, func(l *Loaded) bool { return l.Email.Backend.Local() },
			"EMAIL_BACKEND is not smtp: mails are printed, written into files or dropped, and nobody gets them."},
		{"W022", true, func(l *Loaded) bool { return l.Email.ExposesPassword() },
			"EMAIL_HOST_PASSWORD is sent to another machine without EMAIL_USE_TLS or EMAIL_USE_SSL: whoever sits between can " +
				"read it, and the mails."},
		{"W023", true, func(l *Loaded) bool {
			return !l.Email.Backend.Local() && strings.HasSuffix(l.Email.From, "@localhost")
		},
			"DEFAULT_FROM_EMAIL is an address at localhost: most mail servers refuse such mails. Set one of yours."},
		{"W024", true, (*Loaded).insecureCookies,
			"SESSION_COOKIE_SECURE or CSRF_COOKIE_SECURE is off: whoever can listen to one request without https can take the " +
				"session over."},
		{"W025", false, func(l *Loaded) bool { return l.CORS.Shares() && !l.Features.CORS },
			"CORS_ALLOWED_ORIGINS, CORS_ALLOWED_ORIGIN_REGEXES or CORS_ALLOW_ALL_ORIGINS is set, but FEATURES.cors is false: " +
				"pages of other origins can read nothing."},
		{"W026", true, func(l *Loaded) bool { return l.Features.CORS && l.CORS.AllowCredentials && !l.CORS.Strict },
			"CORS_STRICT is false: a pattern also lets in longer names than it means, and nothing keeps " +
				"CORS_ALLOW_CREDENTIALS from those who are let in that way."},
		{"W028", false, (*Loaded).unconfigured,
			"FEATURES.social names an identity provider without an app in SOCIALACCOUNT_PROVIDERS: it refuses everybody, unless " +
				"the table socialaccount_socialapp has one."},
		{"W029", true, func(l *Loaded) bool { return l.Providers.AllowLoopback && len(l.Features.Social) > 0 },
			"SOCIALACCOUNT_ALLOW_LOOPBACK is on: identity providers may be asked without https, and on this machine."},
		{"W050", true, func(l *Loaded) bool {
			return l.mounted(mountRESTAuth) && l.Links.SiteURL == "" && slices.Contains(l.Site.AllowedHosts, "*")
		},
			"SITE_URL is empty and ALLOWED_HOSTS has \"*\": whoever sends a request decides which host the links in the mails " +
				"of dj-rest-auth lead to."},
		{"W051", true, func(l *Loaded) bool { return l.mounted(mountRESTAuth) && l.Pages.ConfirmOnGet },
			"ACCOUNT_CONFIRM_EMAIL_ON_GET is on: programs that open every link in a mail confirm addresses that nobody has " +
				"confirmed."},
		{"W052", true, (*Loaded).linksInClear,
			"SITE_URL or AI_KIT_AUTH.FRONTEND.URL begins with http: links in mails, whose tokens open accounts, go over the " +
				"network in clear. Use https."},
		{"W053", true, func(l *Loaded) bool {
			return l.mounted(mountAIKit) && l.AIKit.Frontend.URL == "" && l.Links.SiteURL == ""
		},
			"AI_KIT_AUTH.FRONTEND.URL and SITE_URL are empty: whoever sends a request decides which of ALLOWED_HOSTS the " +
				"links in the mails of ai-kit lead to. Say where the application is."},
		{"W032", true, func(l *Loaded) bool { return l.Metrics.public() },
			"METRICS_LISTEN can be reached by other machines: whoever gets through reads how many logins there are and at what " +
				"endpoints. Bind it to loopback or to a network of your own, or let a firewall keep others out."},
		{"W035", true, func(l *Loaded) bool { return l.Traces.Plain() },
			"TRACES_ENDPOINT is http at another machine: everybody on the way reads how requests went, and TRACES_HEADERS. Use " +
				"https, or a collector on this machine."},
		{"W033", true, func(l *Loaded) bool { return !l.Audit.Enabled },
			"AUDIT_LOG is false: nobody can say later who logged in, or changed what, from where."},
		{"W034", true, func(l *Loaded) bool { return l.RowCache.On() },
			"ROW_CACHE_AGE is set: what other programs change in the database, such as Django beside this server, counts that " +
				"much later, be it a logout, a new password or a disabled user. Set it to 0 unless nobody else writes there."},
		{"W030", true, func(l *Loaded) bool { return slices.ContainsFunc(l.Webhooks.Endpoints, webhooks.Endpoint.Plain) },
			"WEBHOOKS has an http address at another machine: everybody on the way reads who does what. Use https."},
	}
}

// writesMD5 reports whether new passwords are hashed with MD5.
func writesMD5(l *Loaded) bool {
	first := l.Password.Hashers[0]
	return first == "md5" || strings.HasSuffix(first, ".MD5PasswordHasher")
}

// mounted reports whether a component is asked for.
func (l *Loaded) mounted(name string) bool { return l.Features.Mounts.has(name) }

// ignoresTokenCookie reports whether an access token is put into a cookie that nothing reads.
func (l *Loaded) ignoresTokenCookie() bool {
	writes := func(c restAuthConfig) bool { return c.UseJWT && c.Cookies.Name != "" }
	return l.anyRESTAuth(writes) && !slices.Contains(l.REST.Authentication, classJWTCookie)
}

// noSchemes reports whether dj-rest-auth's endpoints recognise nobody: the tutorial's tokens are not read there.
func (l *Loaded) noSchemes() bool {
	elsewhere := func(c authenticationClass) bool { return c != classTutorial }
	return l.mounted(mountRESTAuth) && !slices.ContainsFunc(l.REST.Authentication, elsewhere)
}

// linksInClear reports whether links in mails lead to another machine without encryption.
func (l *Loaded) linksInClear() bool {
	plain := func(address string) bool {
		u, err := url.Parse(address)
		return err == nil && u.Scheme == "http" && u.Hostname() != "localhost" && !net.ParseIP(u.Hostname()).IsLoopback()
	}
	return plain(l.Links.SiteURL) || l.mounted(mountAIKit) && plain(l.AIKit.Frontend.URL)
}

// insecureCookies reports whether there are sessions whose cookies also travel without https.
func (l *Loaded) insecureCookies() bool {
	secure := l.Sessions.CookieSecure && (l.CSRF.CookieSecure || l.CSRF.UseSessions)
	return l.usesSessions() && !secure
}

// ignoresSessions reports whether dj-rest-auth opens sessions that its own endpoints do not look at.
func (l *Loaded) ignoresSessions() bool {
	return l.anyRESTAuth(restAuthConfig.opensSessions) && !slices.Contains(l.REST.Authentication, classSession)
}

// missingLibrary reports whether RSA_LIBRARY asks for a library that is not there.
func missingLibrary(l *Loaded) bool {
	if l.Keys.RSALibrary != keys.RSASystem || !l.signsByRSA() {
		return false
	}
	_, err := libcrypto.Open()
	return err != nil
}

// weakSecretKey judges the key as Django's security.W009 does. A key that is not there will be made.
func weakSecretKey(l *Loaded) bool {
	key := l.Signing.SecretKey
	if key == "" {
		return false
	}
	different := map[rune]bool{}
	for _, r := range key {
		different[r] = true
	}
	return utf8.RuneCountInString(key) < minSecretKeyLength || len(different) < minSecretKeyCharacters ||
		strings.HasPrefix(key, "django-insecure-")
}

// settingsReadableByAll reports whether the settings file holds a secret and every user can read it.
func settingsReadableByAll(l *Loaded) bool {
	if l.File == "" {
		return false
	}
	info, err := os.Stat(l.File)
	if err != nil || info.Mode().Perm()&0o004 == 0 {
		return false
	}
	return slices.ContainsFunc(settings.Describe(l.Settings), func(f settings.Field) bool {
		return f.Secret && l.Report.Origin(f.Name).Kind == settings.File
	})
}
