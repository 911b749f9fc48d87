package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const decentKey = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"

// ids returns the ids of findings.
func ids(findings []Finding) []string {
	list := []string{}
	for _, f := range findings {
		list = append(list, strings.TrimPrefix(f.ID, "watchword."))
	}
	return list
}

func TestEachRuleFindsWhatItLooksFor(t *testing.T) {
	const (
		quietMail = "EMAIL_BACKEND: smtp\nDEFAULT_FROM_EMAIL: Team <team@example.com>\n"
		quietRest = "FEATURES: {mounts: {simplejwt: /api/token/}}\n"
		quiet     = quietMail + quietRest
		sharing   = quietMail + "FEATURES: {cors: true, mounts: {simplejwt: /api/token/}}\n" +
			"CORS_ALLOWED_ORIGINS: [https://a.example.com]\n"
		opaque = quietMail + "FEATURES: {mounts: {authtoken: /auth/}}\n"
	)
	for _, tt := range []struct {
		name, file string
		deploy     bool
		want       []string
	}{
		{"nothing", quiet, true, []string{}},
		{"demonstrations while developing", "", false, []string{}},
		{"demonstrations", quietMail, true, []string{"W009", "W053"}},
		{"metrics for others", quiet + "METRICS_LISTEN: ':9464'", true, []string{"W032"}},
		{"rows in memory", quiet + "ROW_CACHE_AGE: 1s", true, []string{"W034"}},
		{"metrics", quiet + "METRICS_LISTEN: 127.0.0.1:9464", true, []string{}},
		{"debug", quiet + "DEBUG: true", false, []string{"W001"}},
		{"short key", quiet + "SECRET_KEY: abcdefghijklmnop", false, []string{"W002"}},
		{"Django's example key", quiet + "SECRET_KEY: django-insecure-" + decentKey, false, []string{"W002"}},
		{"few characters", quiet + "SECRET_KEY: " + strings.Repeat("abab", 20), false, []string{"W002"}},
		{"decent key", quiet + "SECRET_KEY: " + decentKey, true, []string{}},
		{"any host", quiet + `ALLOWED_HOSTS: ["*"]`, true, []string{"W003"}},
		{"exact", quiet + "COMPATIBILITY: exact\nSECRET_KEY: " + decentKey, true, []string{"W004", "W005", "W006", "W024"}},
		{"shared secret", quiet + "SIMPLE_JWT: {ALGORITHM: HS256}", true, []string{"W005"}},
		{"no rotation", quiet + "SIMPLE_JWT: {ROTATE_REFRESH_TOKENS: false}", true, []string{"W006"}},
		{"old tokens go on", quiet + "SIMPLE_JWT: {BLACKLIST_AFTER_ROTATION: false}", true, []string{"W007"}},
		{"MD5 in tokens", quiet + "SIMPLE_JWT: {CHECK_REVOKE_TOKEN: true}", false, []string{"W008"}},
		{"demo", quiet + "DEMO: true", true, []string{"W009"}},
		{"disabled users", quiet + "SIMPLE_JWT: {CHECK_USER_IS_ACTIVE: false}", true, []string{"W010"}},
		{"any password", quiet + "AUTH_PASSWORD_VALIDATORS: []", true, []string{"W011"}},
		{"MD5 passwords", quiet + "PASSWORD_HASHERS: [django.contrib.auth.hashers.MD5PasswordHasher]", true, []string{"W012"}},
		{"mails that nobody gets", quietRest, true, []string{"W021"}},
		{"mails that nobody gets while developing", quietRest, false, []string{}},
		{"a password in clear", quiet + "EMAIL_HOST: mail\nEMAIL_HOST_USER: u\nEMAIL_HOST_PASSWORD: p", true, []string{"W022"}},
		{"a password in STARTTLS", quiet + "EMAIL_HOST: mail\nEMAIL_HOST_USER: u\nEMAIL_HOST_PASSWORD: p\nEMAIL_USE_TLS: true", true, []string{}},
		{"mails from nowhere", quietRest + "EMAIL_BACKEND: smtp", true, []string{"W023"}},
		{"any password to register with", opaque + "REGISTRATION_ENABLED: true\nREGISTRATION_VALIDATE_PASSWORDS: false", true, []string{"W018"}},
		{"links that confirm when opened", opaque + "REGISTRATION_ENABLED: true\nREGISTRATION_EMAIL_CONFIRM: true\n" +
			"REGISTRATION_EMAIL: {BASE_URL: https://example.com}", true, []string{"W019"}},
		{"opaque tokens without an end", opaque + "AUTH_TOKEN_VALIDITY: 0", true, []string{"W020"}},
		{"parts of a later version", "FEATURES: {mounts: {knox: /a/}}\nSOCIALACCOUNT_ADAPTER: x", false, []string{"W101", "W102"}},
		{"what clients tell providers", quiet + "SOCIALACCOUNT_PROVIDERS: {google: {APPS: [{client_id: a, settings: " +
			"{fetch_userinfo: true}}], SCOPE: [email], AUTH_PARAMS: {access_type: online}, VERIFIED_EMAIL: true}}", false,
			[]string{"W104", "W104", "W104"}},
		{"class that one part has only", quiet + "REST_FRAMEWORK: {DEFAULT_AUTHENTICATION_CLASSES: [tutorial-jwt, jwt]}", false, []string{"W103"}},
		{"no other class", quietMail + "FEATURES: {mounts: {dj-rest-auth: /a/}}\n" +
			"REST_FRAMEWORK: {DEFAULT_AUTHENTICATION_CLASSES: [tutorial-jwt]}", false, []string{"E001", "W103"}},
		{"sessions", quiet + "REST_FRAMEWORK: {DEFAULT_AUTHENTICATION_CLASSES: [session]}", true, []string{}},
		{"sessions without https", quiet + "SESSION_COOKIE_SECURE: false\n" +
			"REST_FRAMEWORK: {DEFAULT_AUTHENTICATION_CLASSES: [session]}", true, []string{"W024"}},
		{"ai-kit without https", quietMail + "SESSION_COOKIE_SECURE: false\nFEATURES: {mounts: {ai-kit: /a/}}", true, []string{"W024", "W053"}},
		{"CSRF secrets without https", quietMail + "CSRF_COOKIE_SECURE: false\nFEATURES: {mounts: {ai-kit: /a/}}", true, []string{"W024", "W053"}},
		{"CSRF secrets in sessions", quietMail + "CSRF_COOKIE_SECURE: false\nCSRF_USE_SESSIONS: true\n" +
			"FEATURES: {mounts: {ai-kit: /a/}}", true, []string{"W053"}},
		{"session logins without https", quietMail + "SESSION_COOKIE_SECURE: false\nFEATURES: {mounts: {dj-rest-auth: /a/}}\n" +
			"REST_FRAMEWORK: {DEFAULT_AUTHENTICATION_CLASSES: [session]}\nREST_AUTH: {USE_JWT: false, SESSION_LOGIN: true}",
			true, []string{"W024"}},
		{"session logins that nobody is known by", quietMail + "FEATURES: {mounts: {dj-rest-auth: /a/}}\n" +
			"REST_AUTH: {SESSION_LOGIN: true, JWT_AUTH_REFRESH_COOKIE: r}", false, []string{"W044"}},
		{"cookies with tokens that any site can use", quietMail + "FEATURES: {mounts: {dj-rest-auth: /a/}}\n" +
			"REST_FRAMEWORK: {DEFAULT_AUTHENTICATION_CLASSES: [jwt-cookie]}\n" +
			"REST_AUTH: {JWT_AUTH_COOKIE: a, JWT_AUTH_SAMESITE: None, JWT_AUTH_COOKIE_USE_CSRF: false}", false, []string{"W045"}},
		{"tokens that do not say what they are for", quiet + "SIMPLE_JWT: {TOKEN_TYPE_CLAIM: null, AUTH_HEADER_TYPES: JWT}",
			false, []string{"W036"}},
		{"origins without the feature", quietMail + "FEATURES: {cors: false, mounts: {simplejwt: /api/token/}}\nCORS_ALLOWED_ORIGINS: [https://a.example.com]", false, []string{"W025"}},
		{"origins with credentials", sharing + "CORS_ALLOW_CREDENTIALS: true", true, []string{}},
		{"lax origins without credentials", sharing + "CORS_STRICT: false", true, []string{}},
		{"webhooks without https", quiet + "WEBHOOKS: [{URL: 'http://example.com/', INSECURE: true, SECRETS: [" +
			"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDrKWuQ2LxbkQ=]}]", true, []string{"W030"}},
		{"links to any host", quietMail + "FEATURES: {mounts: {dj-rest-auth: /a/}}\nALLOWED_HOSTS: ['*']", true, []string{"W003", "W050"}},
		{"links to one site", quietMail + "FEATURES: {mounts: {dj-rest-auth: /a/}}\nALLOWED_HOSTS: ['*']\n" +
			"SITE_URL: https://example.com", true, []string{"W003"}},
		{"links of ai-kit to this server", quietMail + "FEATURES: {mounts: {ai-kit: /a/}}\nSITE_URL: https://example.com", true, []string{}},
		{"links of ai-kit to its application", quietMail + "FEATURES: {mounts: {ai-kit: /a/}}\n" +
			"AI_KIT_AUTH: {FRONTEND: {URL: https://app.example.com}}", true, []string{}},
		{"addresses that are confirmed by opening a link", quietMail + "FEATURES: {mounts: {dj-rest-auth: /a/}}\n" +
			"ACCOUNT_CONFIRM_EMAIL_ON_GET: true", true, []string{"W051"}},
		{"lax origins with credentials", sharing + "CORS_ALLOW_CREDENTIALS: true\nCORS_STRICT: false", true, []string{"W026"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			loaded, err := loadWith(t, tt.file)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, ids(loaded.findings(tt.deploy))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestEachRuleHasItsOwnID(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rules() {
		if seen[r.id] {
			t.Errorf("there are two rules %s", r.id)
		}
		seen[r.id] = true
	}
}

func TestASecretInAFileForAllIsFound(t *testing.T) {
	w := newWorkplace(t)
	file := w.write(t, "settings.yaml", "SECRET_KEY: "+decentKey)
	w.run(t, "", "check", "--settings", file).expect(t, exitOK, "System check identified no issues.")
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	w.run(t, "", "check", "--settings", file).expect(t, exitOK, "(watchword.W013)", "System check identified 1 issue.")
}

func TestCheckFailsOnErrorsOnly(t *testing.T) {
	w := newWorkplace(t)
	w.run(t, "", "check", "--deploy").expect(t, exitOK, "?: (watchword.W009)", "?: (watchword.W021)",
		"?: (watchword.W053)", "System check identified 3 issues.")
	file := w.write(t, "settings.yaml", "FEATURES: {mounts: {dj-rest-auth: /a/}}\n"+
		"REST_FRAMEWORK: {DEFAULT_AUTHENTICATION_CLASSES: [tutorial-jwt]}")
	w.run(t, "", "check", "--settings", file).expect(t, exitFailed, "?: (watchword.E001)", "System check identified 2 issues.")
}

func TestCheckLooksAtTheKeysOfTheSettings(t *testing.T) {
	w := newWorkplace(t)
	for content, want := range map[string]string{
		"JWT_PRIVATE_KEY_PATH: none.pem":                                      "JWT_PRIVATE_KEY_PATH: open none.pem",
		"SIMPLE_JWT: {SIGNING_KEY: x}":                                        "SIGNING_KEY: the text is no key",
		"SIMPLE_JWT: {ALGORITHM: HS256, SIGNING_KEY: x}":                      "SIGNING_KEY: has 1 bytes",
		"SIMPLE_JWT: {ALGORITHM: HS256, SIGNING_KEY: '" + decentKey + "'}\n#": "",
	} {
		file := w.write(t, "settings.yaml", content)
		code := exitUsage
		if want == "" {
			code = exitOK
		}
		w.run(t, "", "check", "--settings", file).expect(t, code, want)
	}
}

func TestCheckMakesNothing(t *testing.T) {
	w := newWorkplace(t)
	w.must(t, "check", "--deploy")
	entries, err := os.ReadDir(w.dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("check made %v, %v", entries, err)
	}
}

// TestFindingsHaveIdsOfTheirOwn also keeps those of missingParts, which are in the head of the reference.
func TestFindingsHaveIdsOfTheirOwn(t *testing.T) {
	seen := map[string]bool{"W101": true, "W102": true, "W103": true, "W104": true}
	for id := range seen {
		if !strings.Contains(checksReference(), "`watchword."+id+"`") {
			t.Errorf("%s is not in the reference", id)
		}
	}
	for _, r := range rules() {
		if seen[r.id] || !regexp.MustCompile(`^[EW]\d{3}$`).MatchString(r.id) {
			t.Errorf("the id %q is no id, or taken", r.id)
		}
		seen[r.id] = true
	}
}
