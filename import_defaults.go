package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// database makes DATABASE_URL of DATABASES.
func (t *translation) database() {
	databases, given := t.django["DATABASES"].(map[string]any)
	delete(t.django, "DATABASES")
	if !given {
		return
	}
	for alias := range databases {
		if alias != "default" {
			t.say(lineLeft, "DATABASES."+alias, "one database is used, the default one")
		}
	}
	db, _ := databases["default"].(map[string]any)
	address, err := databaseURL(db)
	if err != nil {
		t.say(lineRefused, "DATABASES.default", err.Error())
		return
	}
	t.ours["DATABASE_URL"] = address
	t.say(lineTaken, "DATABASES.default", "as DATABASE_URL")
	if age, ok := readable(db["CONN_MAX_AGE"]).(int64); ok && age > 0 {
		t.ours["CONN_MAX_AGE"] = age
		t.say(lineTaken, "DATABASES.default.CONN_MAX_AGE", "as CONN_MAX_AGE")
	}
}

// databaseURL is the URL of an entry of DATABASES.
func databaseURL(db map[string]any) (string, error) {
	text := func(name string) string {
		switch v := db[name].(type) {
		case string:
			return v
		case json.Number:
			return v.String()
		}
		return ""
	}
	engine, name := text("ENGINE"), text("NAME")
	switch {
	case strings.HasSuffix(engine, "sqlite3"):
		return "sqlite:///" + (&url.URL{Path: name}).EscapedPath(), nil
	case strings.Contains(engine, "postgresql"):
		address := url.URL{Scheme: "postgres", Path: "/" + name, Host: text("HOST")}
		if port := text("PORT"); port != "" {
			address.Host += ":" + port
		}
		if user := text("USER"); user != "" {
			address.User = url.User(user)
			if password := text("PASSWORD"); password != "" {
				address.User = url.UserPassword(user, password)
			}
		}
		query := url.Values{}
		if host := text("HOST"); host == "" || strings.HasPrefix(host, "/") { // a socket
			address.Host = ""
			query.Set("host", firstOf(host, "/var/run/postgresql"))
			if port := text("PORT"); port != "" {
				query.Set("port", port)
			}
		}
		options, _ := db["OPTIONS"].(map[string]any)
		for _, option := range []string{"sslmode", "sslrootcert", "sslcert", "sslkey"} {
			if value, ok := options[option].(string); ok {
				query.Set(option, value)
			}
		}
		address.RawQuery = query.Encode()
		return address.String(), nil
	}
	return "", fmt.Errorf("the engine %q is neither PostgreSQL nor SQLite", engine)
}

// apps makes FEATURES of INSTALLED_APPS and what else tells which packages a project uses. Where they are mounted, no
// setting says.
func (t *translation) apps() {
	list, given := t.django["INSTALLED_APPS"].([]any)
	delete(t.django, "INSTALLED_APPS")
	if !given {
		return
	}
	has := func(app string) bool {
		return slices.ContainsFunc(list, func(v any) bool {
			name, _ := v.(string)
			return name == app || strings.HasPrefix(name, app+".apps.")
		})
	}
	mounts := map[string]any{}
	mount := func(component, path string, used bool) {
		if used {
			mounts[component] = path
			t.say(lineAdded, "FEATURES.mounts."+component, "at "+path+"; make it the path of the project's urls")
		}
	}
	dump, _ := json.Marshal(t.django["REST_FRAMEWORK"])
	mount(mountSimpleJWT, "/api/token/", t.django["SIMPLE_JWT"] != nil || has("rest_framework_simplejwt") ||
		has("rest_framework_simplejwt.token_blacklist") || strings.Contains(string(dump), "rest_framework_simplejwt"))
	mount(mountRESTAuth, "/dj-rest-auth/", has("dj_rest_auth"))
	mount(mountAIKit, "/api/v1/auth/", has("ai_kit_auth"))
	mount(mountAuthToken, "/auth/", has("rest_authtoken"))
	features := map[string]any{
		"mounts": mounts, "allauth": has("allauth.account"), "cors": has("corsheaders"),
		"token_blacklist": has("rest_framework_simplejwt.token_blacklist"),
	}
	if social := providers(list); len(social) > 0 {
		features["social"] = social
	}
	t.ours["FEATURES"] = features
	t.say(lineTaken, "INSTALLED_APPS", "as FEATURES")
	if has("rest_authtoken") {
		t.ours["AUTH_TOKEN_DIGESTS"] = []any{"sha512", "sha256"}
		t.say(lineAdded, "AUTH_TOKEN_DIGESTS", "as django-rest-authtoken stores tokens, so that both sides read them")
	}
}

// providers are the identity providers among the installed apps.
func providers(installed []any) []any {
	var found []any
	for _, app := range installed {
		name, _ := app.(string)
		if provider, ok := strings.CutPrefix(name, "allauth.socialaccount.providers."); ok {
			found = append(found, provider)
		}
	}
	return found
}

// iterations are those of PBKDF2 by the version of Django.
//
// Source: django.contrib.auth.hashers.PBKDF2PasswordHasher.iterations.
func iterations(version string) int {
	for _, known := range []struct {
		version string
		count   int
	}{
		{"3.1", 216000}, {"3.2", 260000}, {"4.0", 320000}, {"4.1", 390000}, {"4.2", 600000},
		{"5.0", 720000}, {"5.1", 870000}, {"5.2", 1000000}, {"6.0", 1200000},
	} {
		if version == known.version || strings.HasPrefix(version, known.version+".") {
			return known.count
		}
	}
	return 0
}

// keepDjangosDefaults writes down the defaults of Django and its packages that are others here and that a Django on the
// same database depends on: else each side would undo what the other does.
func (t *translation) keepDjangosDefaults() {
	t.ours["COMPATIBILITY"] = "safe"
	keep := func(name string, value any, why string) {
		if t.ours[name] == nil {
			t.ours[name] = value
			t.say(lineAdded, name, why)
		}
	}
	keep("AUTHENTICATION_BACKENDS", []any{"django.contrib.auth.backends.ModelBackend"}, "Django's own default")
	const hashers = "django.contrib.auth.hashers."
	keep("PASSWORD_HASHERS", []any{hashers + "PBKDF2PasswordHasher", hashers + "PBKDF2SHA1PasswordHasher",
		hashers + "Argon2PasswordHasher", hashers + "BCryptSHA256PasswordHasher"},
		"Django's own default: a login here would else hash passwords anew, which ends the sessions of the user")
	keep("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend", "Django's own default")
	version := t.version
	if count := iterations(version); count > 0 {
		keep("PASSWORD_PBKDF2_ITERATIONS", int64(count), "as Django "+version+" hashes")
	} else {
		t.say(lineUnsafe, "PASSWORD_PBKDF2_ITERATIONS", "DJANGO_VERSION is not known: set it to what Django uses, "+
			"or a login on one side ends the sessions of the other")
	}
	t.keepIn("REST_FRAMEWORK", "DEFAULT_AUTHENTICATION_CLASSES", []any{"rest_framework.authentication.SessionAuthentication",
		"rest_framework.authentication.BasicAuthentication"}, "Django REST framework's own default")
	if features, _ := t.ours["FEATURES"].(map[string]any); features != nil {
		mounts, _ := features["mounts"].(map[string]any)
		if mounts[mountSimpleJWT] != nil {
			t.keepIn("SIMPLE_JWT", "ALGORITHM", "HS256", "djangorestframework-simplejwt's own default")
		}
	}
}

// keepIn is keep for a member of a group.
func (t *translation) keepIn(group, name string, value any, why string) {
	members, _ := t.ours[group].(map[string]any)
	if members[name] != nil {
		return
	}
	if members == nil {
		members = map[string]any{}
		t.ours[group] = members
	}
	members[name] = value
	t.say(lineAdded, group+"."+name, why)
}
