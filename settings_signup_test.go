package main

import (
	"strings"
	"testing"
)

func TestSettingsUnderWhichNobodyWhoRegistersCanLogInAreRefused(t *testing.T) {
	for file, want := range map[string]string{
		"ACCOUNT_EMAIL_VERIFICATION: mandatory":                                                 "ACCOUNT_EMAIL_REQUIRED: ",
		"ACCOUNT_AUTHENTICATION_METHOD: email":                                                  "ACCOUNT_EMAIL_REQUIRED: ",
		"ACCOUNT_AUTHENTICATION_METHOD: username_email\nACCOUNT_UNIQUE_EMAIL: false":            "ACCOUNT_UNIQUE_EMAIL: ",
		"ACCOUNT_EMAIL_VERIFICATION: mandatory\nACCOUNT_EMAIL_REQUIRED: true":                   "",
		"ACCOUNT_EMAIL_VERIFICATION: mandatory\nFEATURES: {allauth: false}":                     "",
		"ACCOUNT_EMAIL_VERIFICATION: mandatory\nFEATURES: {mounts: {simplejwt: /api/token/}}":   "",
		"ACCOUNT_PREVENT_ENUMERATION: strict\nACCOUNT_RATE_LIMITS: {confirm_email: null, x: 1}": "",
		"ACCOUNT_RATE_LIMITS: {confirm_email: often}":                                           "ACCOUNT_RATE_LIMITS.confirm_email: ",
		"ACCOUNT_PREVENT_ENUMERATION: perhaps":                                                  "ACCOUNT_PREVENT_ENUMERATION: ",
		"ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS: 0":                                             "ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS: ",
		"ACCOUNT_USERNAME_MIN_LENGTH: 151":                                                      "ACCOUNT_USERNAME_MIN_LENGTH: ",
		"ACCOUNT_PASSWORD_MIN_LENGTH: 0":                                                        "ACCOUNT_PASSWORD_MIN_LENGTH: ",
		"FEATURES: {links: {change_password: 'javascript:alert(1)'}}":                           "FEATURES.links: change_password: ",
		"FEATURES: {links: {email_confirmation: /confirm/}}":                                    "FEATURES.links: email_confirmation: ",
		"FEATURES: {links: {email_confirmation: 'https://app.example/#/confirm?k={key}'}}":      "",
		"FEATURES: {links: {change_password: /password/}}":                                      "",
		"SITE_URL: example.com":                                                                 "SITE_URL: ",
	} {
		_, err := loadWith(t, file)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}
