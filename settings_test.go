package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/auth"
	"watchword/email"
	"watchword/settings"
)

func loadWith(t testing.TB, file string, environ ...string) (*Loaded, error) {
	t.Helper()
	if file != "" {
		file = newWorkplace(t).write(t, "settings", file)
	}
	return LoadSettings(file, environ)
}

func TestTheDefaultsAreValid(t *testing.T) {
	for _, mode := range []Compatibility{Safe, Exact} {
		loaded, err := loadWith(t, "", "WATCHWORD_COMPATIBILITY="+string(mode))
		if err != nil {
			t.Errorf("%s: %v", mode, err)
		}
		if loaded.Compatibility != mode {
			t.Errorf("mode is %s, want %s", loaded.Compatibility, mode)
		}
	}
}

func TestTheModeDecidesDefaultsAndNothingElse(t *testing.T) {
	safe, err := loadWith(t, "SIMPLE_JWT: {LEEWAY: 5}")
	if err != nil {
		t.Fatal(err)
	}
	exact, err := loadWith(t, "COMPATIBILITY: exact\nSIMPLE_JWT: {LEEWAY: 5}")
	if err != nil {
		t.Fatal(err)
	}
	if safe.JWT.Algorithm != "RS256" || exact.JWT.Algorithm != "HS256" {
		t.Errorf("algorithms %s and %s, want RS256 and HS256", safe.JWT.Algorithm, exact.JWT.Algorithm)
	}
	if safe.JWT.Leeway != 5*time.Second || exact.JWT.Leeway != 5*time.Second {
		t.Error("a setting that is given was changed by the mode")
	}
}

func TestTheEnvironmentDecidesTheModeToo(t *testing.T) {
	loaded, err := loadWith(t, "COMPATIBILITY: safe", "WATCHWORD_COMPATIBILITY=exact")
	if err != nil || loaded.Compatibility != Exact || loaded.JWT.Algorithm != "HS256" {
		t.Errorf("got %s with %s, %v", loaded.Compatibility, loaded.JWT.Algorithm, err)
	}
}

func TestFoldersFollowTheDataFolder(t *testing.T) {
	loaded, err := loadWith(t, "", "WATCHWORD_DATA_DIR=/var/lib/watchword")
	if err != nil {
		t.Fatal(err)
	}
	if loaded.Database.URL != "sqlite:////var/lib/watchword/db.sqlite3" || loaded.Keys.Folder != "/var/lib/watchword/keys" {
		t.Errorf("got %s and %s", loaded.Database.URL, loaded.Keys.Folder)
	}
	loaded, err = loadWith(t, "", "WATCHWORD_DATA_DIR=/var/lib/watchword", "WATCHWORD_DATABASE_URL=sqlite:///x.db")
	if err != nil || loaded.Database.URL != "sqlite:///x.db" {
		t.Errorf("a given database became %s, %v", loaded.Database.URL, err)
	}
}

// recorded is a settings file in the form of a Django project that uses all that the recordings of simplejwt use.
const recorded = `{
 "FEATURES": {"mounts": {"dj-rest-auth": "/dj-rest-auth/", "ai-kit": "/api/v1/auth/", "knox": "/knox/",
   "simplejwt": "/api/token/", "hello": "/hello/",
   "students": "/api/students/"}, "allauth": true, "token_blacklist": true, "social": [], "cors": false,
   "links": {"password_reset": "/password-reset/confirm/{uid}/{token}/"}},
 "ALLOWED_HOSTS": ["*"],
 "AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend", "allauth.account.auth_backends.AuthenticationBackend"],
 "AUTH_PASSWORD_VALIDATORS": [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 9}}],
 "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"],
 "AUTH_USER_MODEL": "auth.User", "DEBUG": false, "DEFAULT_FROM_EMAIL": "webmaster@localhost", "LANGUAGE_CODE": "en-us",
 "REST_AUTH": {"USE_JWT": true, "SESSION_LOGIN": false, "TOKEN_MODEL": null, "JWT_AUTH_COOKIE": "jwt"},
 "REST_FRAMEWORK": {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication",
   "rest_framework.authentication.BasicAuthentication"],
   "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
   "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
   "DEFAULT_THROTTLE_RATES": {"anon": "2/hour"}},
 "CSRF_TRUSTED_ORIGINS": ["http://localhost:3000"], "CSRF_USE_SESSIONS": true, "SESSION_COOKIE_AGE": 5, "REST_KNOX": {"AUTO_REFRESH": true},
 "CORS_ALLOW_CREDENTIALS": true,
 "AI_KIT_AUTH": {"FRONTEND": {"URL": "https://app.example.com"}, "USER_IDENTITY_FIELDS": ["username"],
   "ENABLE_ENDPOINTS": {"REGISTER": false}, "SEND_RESET_PW_MAIL": "ai_kit_auth.services.default_send_reset_pw_mail",
   "ADMIN_FIELDSETS": [[null, {"fields": ["email", "password"]}]], "USE_AI_KIT_AUTH_ADMIN": false,
   "EMAIL_TEMPLATES": {"USER_CREATED": {"TITLE": "ai_kit_auth/user_created_title.txt"}}},
 "SECRET_KEY": "transcripts-secret-key-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefgh",
 "SIMPLE_JWT": {"AUTH_HEADER_TYPES": ["JWT", "Bearer"], "AUTH_HEADER_NAME": "HTTP_X_AUTH", "AUDIENCE": "MpdbUsers",
   "ACCESS_TOKEN_LIFETIME": 300, "USER_ID_FIELD": "username"},
 "SITE_ID": 1, "TIME_ZONE": "UTC", "USE_TZ": true
}`

func TestTheSettingsOfADjangoProjectAreUnderstood(t *testing.T) {
	loaded, err := loadWith(t, recorded)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]auth.Backend{auth.ModelBackend, auth.AllauthBackend}, loaded.Accounts.Backends); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]authenticationClass{classJWT, classBasic}, loaded.REST.Authentication); d != "" {
		t.Error(d)
	}
	if loaded.JWT.AccessTokenLifetime != 5*time.Minute || loaded.JWT.Audience != "MpdbUsers" {
		t.Errorf("SIMPLE_JWT is %+v", loaded.JWT.AccessTokenLifetime)
	}
	if loaded.Sessions.CookieAge != 5*time.Second || !slices.Equal(loaded.CSRF.TrustedOrigins, []string{"http://localhost:3000"}) {
		t.Errorf("sessions last %v, trusted are %v", loaded.Sessions.CookieAge, loaded.CSRF.TrustedOrigins)
	}
	if !loaded.CORS.AllowCredentials || !loaded.CORS.Strict || !loaded.Site.VaryByCookie {
		t.Errorf("other origins: %+v; answers vary by cookie: %v", loaded.CORS, loaded.Site.VaryByCookie)
	}
	kit := loaded.AIKit
	if kit.Frontend.URL != "https://app.example.com" || kit.Views.Endpoints.Register || !kit.Views.Endpoints.Login ||
		!slices.Equal(kit.Identity.Fields, []auth.IdentityField{"username"}) || loaded.Email.Parts["activate_account"] != (email.Parts{}) {
		t.Errorf("AI_KIT_AUTH is %+v, parts of mails are %v", kit, loaded.Email.Parts)
	}
	var ignored []string
	for _, one := range loaded.Report.Ignored {
		ignored = append(ignored, one.Name)
	}
	slices.Sort(ignored)
	want := []string{"REST_KNOX"}
	if d := cmp.Diff(want, ignored); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"knox"}, loaded.Features.missingMounts()); d != "" {
		t.Error(d)
	}
}

func TestFaultsOfAllPartsAreToldTogether(t *testing.T) {
	_, err := loadWith(t, "ALLOWED_HOSTS: [http://a]\nSIMPLE_JWT: {ALGORITHM: none, ACESS_TOKEN_LIFETIME: 1}\n"+
		"PASSWORD_HASHERS: [rot13]\nDATABASE_URL: mysql://x\nAUTH_USER_MODEL: Customer\nUSE_TZ: false\n"+
		"LANGUAGE_CODE: de\nFEATURES: {mounts: {simplejwt: token, nonsense: /x/}}\n"+
		"SOCIALACCOUNT_PROVIDERS: {google: {SCOP: [email], APPS: [{client_id: a, sekret: b}]}}\n")
	if err == nil {
		t.Fatal("no fault")
	}
	for _, want := range []string{
		"SIMPLE_JWT.ACESS_TOKEN_LIFETIME: ", "did you mean ACCESS_TOKEN_LIFETIME?", "SIMPLE_JWT.ALGORITHM: must be one of",
		`ALLOWED_HOSTS: "http://a"`, `PASSWORD_HASHERS: unknown hasher "rot13"`, "DATABASE_URL: ", "AUTH_USER_MODEL: ", "USE_TZ: ",
		"SOCIALACCOUNT_PROVIDERS.google.SCOP: ", "did you mean SCOPE?", "did you mean secret?",
		"LANGUAGE_CODE: ", `FEATURES.mounts: simplejwt: must be a plain path`, `FEATURES.mounts: there is no component "nonsense"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in\n%v", want, err)
		}
	}
}

func TestDangerousCombinationsAreRefused(t *testing.T) {
	for _, tt := range []struct{ name, file, want string }{
		{"rotation without blacklist", "FEATURES: {token_blacklist: false}", "SIMPLE_JWT.BLACKLIST_AFTER_ROTATION: "},
		{"two signing keys", "JWT_PRIVATE_KEY_PATH: /x\nSIMPLE_JWT: {SIGNING_KEY: x}", "JWT_PRIVATE_KEY_PATH: "},
		{"two verifying keys", "JWT_PUBLIC_KEY_PATH: /x\nSIMPLE_JWT: {VERIFYING_KEY: x}", "JWT_PUBLIC_KEY_PATH: "},
		{"nobody can log in", "AUTHENTICATION_BACKENDS: []", "AUTHENTICATION_BACKENDS: "},
		{"nobody is recognised", "REST_FRAMEWORK: {DEFAULT_AUTHENTICATION_CLASSES: []}", "REST_FRAMEWORK.DEFAULT_AUTHENTICATION_CLASSES: "},
		{"no host", "ALLOWED_HOSTS: []", "ALLOWED_HOSTS: "},
		{"credentials for everybody", "CORS_ALLOW_ALL_ORIGINS: true\nCORS_ALLOW_CREDENTIALS: true", "CORS_ALLOW_ALL_ORIGINS: "},
		{"key that everybody knows", "SECRET_KEY: changeme", "SECRET_KEY: is one that everybody knows"},
		{"two parts in one place", "FEATURES: {mounts: {hello: /x/, students: /x/}}", "FEATURES.mounts: hello and students cannot both be at /x/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := loadWith(t, tt.file); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestAFaultIsToldOnce(t *testing.T) {
	_, err := loadWith(t, "COMPATIBILITY: exact\nLISTEN: 5\nSIMPLE_JWT: {ACCESS_TOKEN_LIFETIME: x}")
	if got := strings.Count(err.Error(), "\n"); got != 1 {
		t.Errorf("two faults are told in %d lines:\n%v", got+1, err)
	}
}

func TestVariablesThatAreNotOursAreLeftAlone(t *testing.T) {
	loaded, err := loadWith(t, "", "WATCHWORD_SETTINGS=/x", "WATCHWORD_PORT=tcp://10.0.0.1:8000",
		"WATCHWORD_PORT_8000_TCP_ADDR=10.0.0.1", "WATCHWORD_SERVICE_HOST=10.0.0.1", "WATCHWORD_SERVICE_PORT_HTTP=8000")
	if err != nil || len(loaded.Report.Ignored) > 0 {
		t.Errorf("got %v, %v", loaded.Report.Ignored, err)
	}
}

func TestClassesThatNobodyKnowsAreRefused(t *testing.T) {
	for _, file := range []string{
		"REST_FRAMEWORK: {DEFAULT_AUTHENTICATION_CLASSES: [my.Class]}", "REST_FRAMEWORK: {DEFAULT_PERMISSION_CLASSES: [my.Class]}",
		"REST_FRAMEWORK: {DEFAULT_RENDERER_CLASSES: [my.Class]}", "AUTHENTICATION_BACKENDS: [my.Class]",
	} {
		if _, err := loadWith(t, file); err == nil || !strings.Contains(err.Error(), `"my.Class"`) {
			t.Errorf("%s: got %v", file, err)
		}
	}
}

func TestEverySettingIsExplained(t *testing.T) {
	for _, f := range settings.Describe(DefaultSettings(Safe)) {
		if f.Help == "" {
			t.Errorf("%s has no help", f.Name)
		}
		if slices.Contains(laterSettings[:], f.Name) {
			t.Errorf("%s is a setting and also listed as one of a later version", f.Name)
		}
	}
}

func TestSerializersOfRESTAuthAreOursOrRefused(t *testing.T) {
	for file, fault := range map[string]string{
		"USER_DETAILS_SERIALIZER: [username, pk]":                                       "",
		"USER_DETAILS_SERIALIZER: dj_rest_auth.serializers.UserDetailsSerializer":       "",
		"REGISTER_SERIALIZER: dj_rest_auth.registration.serializers.RegisterSerializer": "",
		"USER_DETAILS_SERIALIZER: [pk, password]":                                       `no field "password"`,
		"USER_DETAILS_SERIALIZER: null":                                                 "must name the fields",
		"LOGIN_SERIALIZER: project.LoginSerializer":                                     "must be dj_rest_auth.serializers.LoginSerializer",
		"TOKEN_CREATOR: null":                                                           "must be dj_rest_auth.utils.default_create_token",
	} {
		_, err := loadWith(t, "REST_AUTH: {"+file+"}")
		name, _, _ := strings.Cut(file, ":")
		switch {
		case fault == "" && err != nil:
			t.Errorf("%s: %v", file, err)
		case fault != "" && (err == nil || !strings.Contains(err.Error(), "REST_AUTH."+name+": ") || !strings.Contains(err.Error(), fault)):
			t.Errorf("%s: got %v, want %s", file, err, fault)
		}
	}
}
