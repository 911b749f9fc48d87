package main

import "strings"

// laterSettings are settings of parts that this version does not have yet. They are passed over with a warning, so that
// a settings file written for the whole can be used today. A star stands for any ending; a name that is a setting after
// all is read all the same.
var laterSettings = [...]string{
	"ACCOUNT_ADAPTER", "ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS", "ACCOUNT_CHANGE_EMAIL",
	"ACCOUNT_EMAIL_CONFIRMATION_AUTHENTICATED_REDIRECT_URL", "ACCOUNT_EMAIL_CONFIRMATION_COOLDOWN",
	"ACCOUNT_EMAIL_MAX_LENGTH", "ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS",
	"ACCOUNT_EMAIL_VERIFICATION_*", "ACCOUNT_FORMS", "ACCOUNT_LOGIN_*", "ACCOUNT_LOGOUT_*",
	"ACCOUNT_PASSWORD_*", "ACCOUNT_RATE_LIMITS.*", "ACCOUNT_SESSION_*", "ACCOUNT_SIGNUP_*",
	"ACCOUNT_TEMPLATE_EXTENSION", "ACCOUNT_USERNAME_VALIDATORS", "ACCOUNT_USER_*",
	"REST_KNOX",
	"SOCIALACCOUNT_ADAPTER", "SOCIALACCOUNT_FORMS", "SOCIALACCOUNT_LOGIN_ON_GET", "SOCIALACCOUNT_ONLY",
	"SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX", "SOCIALACCOUNT_SOCIALACCOUNT_STR",
}

// isLater reports whether the dotted name is one of laterSettings, or a part of one.
func isLater(name string) bool {
	for _, later := range laterSettings {
		if prefix, star := strings.CutSuffix(later, "*"); star && strings.HasPrefix(name, prefix) {
			return true
		}
		if name == later || strings.HasPrefix(name, later+".") {
			return true
		}
	}
	return false
}
