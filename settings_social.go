package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// socialDangers returns what is wrong with the identity providers that are offered.
func (s *Settings) socialDangers() []error {
	names := s.Features.Social
	if len(names) == 0 {
		return nil
	}
	var faults []error
	if !s.Features.Mounts.has(mountRESTAuth) || !s.Features.Allauth {
		faults = append(faults, errors.New("FEATURES.social: identity providers are served by dj-rest-auth's endpoints, "+
			"which need a mount and FEATURES.allauth"))
	}
	for i, name := range names {
		if !canBeProvider(name) || slices.Contains(names[:i], name) {
			faults = append(faults, fmt.Errorf("FEATURES.social: %q cannot be the path of an identity provider, or is there "+
				"twice", name))
		}
	}
	return append(faults, s.socials().Validate())
}

// canBeProvider reports whether an identity provider can be at that path: it is a plain word, and none that dj-rest-auth
// has something else at.
func canBeProvider(name string) bool {
	switch name {
	case "account-confirm-email", "email", "login", "logout", "mfa", "password", "registration", "socialaccounts", "token",
		"user":
		return false
	}
	plain := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' }
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool { return !plain(r) })
}

// unconfigured reports whether an identity provider is offered that has no app in the settings. There may be one in the
// database; else one with a name of its own refuses everybody, and without one the server does not start.
func (l *Loaded) unconfigured() bool {
	return slices.ContainsFunc(l.Features.Social, func(name string) bool {
		return !l.Providers.Configured(name)
	})
}
