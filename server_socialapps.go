package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"

	"watchword/auth/social"
	"watchword/models"
)

// socialApps keeps our apps at identity providers, as Django's admin writes them.
type socialApps interface {
	// SocialApps returns those of a site.
	SocialApps(ctx context.Context, site int64) ([]models.SocialApp, error)
}

// addSocialApps adds to SOCIALACCOUNT_PROVIDERS the apps that the database has for this site, after those of the settings,
// as far as FEATURES.social offers their providers. A row that cannot be used is passed over with an error in the log, so
// that a slip in Django's admin does not keep the server from starting.
//
// Source: allauth.socialaccount.adapter.DefaultSocialAccountAdapter.list_apps.
func (s *Settings) addSocialApps(ctx context.Context, apps socialApps, log *slog.Logger) error {
	if len(s.Features.Social) == 0 {
		return nil
	}
	rows, err := apps.SocialApps(ctx, s.Project.SiteID)
	if err != nil {
		return err
	}
	all := maps.Clone(s.Providers.Providers)
	if all == nil {
		all = map[string]social.ProviderConfig{}
	}
	for _, row := range rows {
		if !slices.Contains(s.Features.Social, cmp.Or(row.ProviderID, row.Provider)) {
			continue
		}
		app, err := s.socialApp(row)
		if err != nil {
			log.Error("an app in socialaccount_socialapp is passed over", "id", row.ID, "provider", row.Provider, "error", err)
			continue
		}
		provider := all[row.Provider]
		provider.Apps = append(slices.Clone(provider.Apps), app)
		all[row.Provider] = provider
	}
	s.Providers.Providers = all
	return nil
}

// socialApp reads a row. Its error has nothing secret in it.
func (s *Settings) socialApp(row models.SocialApp) (social.App, error) {
	app := social.App{
		ClientID: row.ClientID, Secret: row.Secret, Key: row.Key, Name: row.Name, ProviderID: row.ProviderID,
	}
	if row.Settings != "" && json.Unmarshal([]byte(row.Settings), &app.Settings) != nil {
		return app, errors.New("settings: must be a JSON object as in SOCIALACCOUNT_PROVIDERS")
	}
	alone := s.Providers
	alone.Providers = map[string]social.ProviderConfig{row.Provider: {Apps: []social.App{app}}}
	return app, alone.Validate()
}
