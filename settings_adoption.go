package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"watchword/adopt"
	"watchword/auth"
	"watchword/models"
	"watchword/models/gormstore"
)

// needs says which of Django's tables the settings have used, and by which of them.
func (s *Settings) needs() adopt.Needs {
	needs := adopt.Needs{adopt.ForAccounts: "every login"}
	ask := func(feature adopt.Feature, setting string, asked bool) {
		if asked && needs[feature] == "" {
			needs[feature] = setting
		}
	}
	mounts, rest := s.Features.Mounts, s.Features.Mounts.has(mountRESTAuth)
	ask(adopt.ForSessions, "CSRF_USE_SESSIONS", s.CSRF.UseSessions)
	ask(adopt.ForSessions, "FEATURES.mounts.ai-kit", mounts.has(mountAIKit))
	ask(adopt.ForSessions, "REST_FRAMEWORK.DEFAULT_AUTHENTICATION_CLASSES", slices.Contains(s.REST.Authentication, classSession))
	ask(adopt.ForSessions, "REST_AUTH.SESSION_LOGIN", s.anyRESTAuth(restAuthConfig.opensSessions))
	ask(adopt.ForRefreshTokens, "FEATURES.token_blacklist", s.Features.TokenBlacklist)
	ask(adopt.ForPlainTokens, "REST_FRAMEWORK.DEFAULT_AUTHENTICATION_CLASSES", slices.Contains(s.REST.Authentication, classToken))
	ask(adopt.ForPlainTokens, "REST_AUTH.TOKEN_MODEL", rest && !s.RESTAuth.UseJWT && s.RESTAuth.TokenModel != "")
	ask(adopt.ForOpaqueTokens, "FEATURES.mounts.authtoken", mounts.has(mountAuthToken))
	ask(adopt.ForOpaqueTokens, "REST_FRAMEWORK.DEFAULT_AUTHENTICATION_CLASSES", slices.Contains(s.REST.Authentication, classAuthToken))
	ask(adopt.ForAddresses, "FEATURES.allauth", rest && s.Features.Allauth)
	ask(adopt.ForAddresses, "ACCOUNT_AUTHENTICATION_METHOD",
		slices.Contains(s.Accounts.Backends, auth.AllauthBackend) && s.Accounts.Method != auth.ByUsername)
	ask(adopt.ForSocial, "FEATURES.social", rest && len(s.Features.Social) > 0)
	ask(adopt.ForSocialTokens, "SOCIALACCOUNT_STORE_TOKENS", rest && len(s.Features.Social) > 0 && s.Social.StoreTokens)
	ask(adopt.ForStudents, "FEATURES.mounts.students", mounts.has(mountStudents))
	return needs
}

// errUnfit says that a database cannot be used with the settings as they are.
var errUnfit = errors.New("the database cannot be used with these settings")

// checkAdopted looks whether the database of a Django project still has what the settings need. One that this server has
// made always has.
func checkAdopted(ctx context.Context, s *Settings, store *gormstore.Store) error {
	_, err := store.Adoption(ctx)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	found, err := adopt.Inspect(ctx, store, s.needs())
	if err != nil {
		return err
	}
	return unfit(found)
}

// warnOfSecretKey says so where a Django on the same database signs with another key. It does not stop the server: who
// takes another key because the former was stolen means to end all sessions.
func warnOfSecretKey(ctx context.Context, s *Settings, store *gormstore.Store, log *slog.Logger) error {
	if _, err := store.Adoption(ctx); err != nil {
		if errors.Is(err, models.ErrNotFound) {
			return nil
		}
		return err
	}
	verdict, err := adopt.CheckSecretKey(ctx, store, newExaminer(s), time.Now())
	if verdict != "" {
		log.Warn(verdict)
	}
	return err
}

// unfit is errUnfit with every fault that was found; nil for none.
func unfit(found *adopt.Inspection) error {
	if len(found.Faults) == 0 {
		return nil
	}
	lines := make([]string, len(found.Faults))
	for i, fault := range found.Faults {
		lines[i] = fault.String()
	}
	return fmt.Errorf("%w:\n%s", errUnfit, strings.Join(lines, "\n"))
}
