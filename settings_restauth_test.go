package main

import (
	"strings"
	"testing"
)

const twoMounts = `FEATURES: {mounts: {dj-rest-auth: [/web/, /mobile/], hello: /hello/, simplejwt: [/api/token/, /old/token/]}}
REST_FRAMEWORK: {DEFAULT_AUTHENTICATION_CLASSES: [jwt-cookie]}
REST_AUTH: {JWT_AUTH_COOKIE: access, JWT_AUTH_REFRESH_COOKIE: refresh, JWT_AUTH_HTTPONLY: true}
`

func TestAMountOfRESTAuthCanDifferFromTheOthers(t *testing.T) {
	loaded, err := loadWith(t, twoMounts+"REST_AUTH_MOUNTS: {/mobile/: {JWT_AUTH_COOKIE: null, JWT_AUTH_REFRESH_COOKIE: null, "+
		"JWT_AUTH_HTTPONLY: false}}")
	if err != nil {
		t.Fatal(err)
	}
	web, err := loaded.restAuthAt("/web/")
	if err != nil || web.Cookies.Name != "access" || !web.HTTPOnly {
		t.Errorf("/web/ has cookie %q, http only %v, %v", web.Cookies.Name, web.HTTPOnly, err)
	}
	mobile, err := loaded.restAuthAt("/mobile/")
	if err != nil || mobile.Cookies.Name != "" || mobile.HTTPOnly || !mobile.UseJWT {
		t.Errorf("/mobile/ has cookie %q, http only %v, JWTs %v, %v", mobile.Cookies.Name, mobile.HTTPOnly, mobile.UseJWT, err)
	}
}

func TestFaultsOfMountsAreToldAtStart(t *testing.T) {
	for file, want := range map[string]string{
		twoMounts: "",
		twoMounts + "REST_AUTH_MOUNTS: {/elsewhere/: {}}":                                 `REST_AUTH_MOUNTS: FEATURES.mounts has no dj-rest-auth at "/elsewhere/"`,
		twoMounts + "REST_AUTH_MOUNTS: {/mobile/: {USE_JTW: true}}":                       "REST_AUTH_MOUNTS./mobile/.USE_JTW: ",
		twoMounts + "REST_AUTH_MOUNTS: {/mobile/: {USER_DETAILS_SERIALIZER: [password]}}": "REST_AUTH_MOUNTS./mobile/.USER_DETAILS_SERIALIZER: ",
		"FEATURES: {mounts: {simplejwt: [/a/, /a/]}}":                                     "simplejwt and simplejwt cannot both be at /a/",
		"FEATURES: {mounts: {simplejwt: /a/, hello: [/b/, /a/]}}":                         "hello and simplejwt cannot both be at /a/",
		"FEATURES: {mounts: {simplejwt: [/a/, b]}}":                                       `must be a plain path that begins and ends with a slash, not "b"`,
	} {
		_, err := loadWith(t, file)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}

func TestFindingsLookAtEveryMount(t *testing.T) {
	loaded, err := loadWith(t, twoMounts+"REST_AUTH_MOUNTS: {/mobile/: {OLD_PASSWORD_FIELD_ENABLED: false}}")
	if err != nil {
		t.Fatal(err)
	}
	found := ""
	for _, finding := range loaded.findings(true) {
		found += finding.ID + " "
	}
	if !strings.Contains(found, "W016") {
		t.Errorf("found %s, want W016 for /mobile/", found)
	}
}
