package main

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/auth/social"
	"watchword/models"
)

// rowsOf are the apps of site 1.
type rowsOf []models.SocialApp

func (r rowsOf) SocialApps(_ context.Context, site int64) ([]models.SocialApp, error) {
	if site != 1 {
		return nil, nil
	}
	return r, nil
}

func TestAppsInTheDatabaseComeAfterThoseOfTheSettings(t *testing.T) {
	s := DefaultSettings(Safe)
	s.Features.Social = []string{"google", "keycloak"}
	s.Providers.Providers = map[string]social.ProviderConfig{"google": {Apps: []social.App{{ClientID: "in-settings"}}}}
	var log bytes.Buffer
	const realm = `{"server_url": "https://id.example.com/realms/staff", "hidden": true, "more": [1]}`
	err := s.addSocialApps(t.Context(), rowsOf{
		{ID: 1, Provider: "google", ClientID: "in-table", Secret: "tell-nobody", Settings: "{}"},
		{ID: 2, Provider: "openid_connect", ProviderID: "keycloak", Name: "Keycloak", ClientID: "kc", Settings: realm},
		{ID: 3, Provider: "github", ClientID: "not-offered", Settings: "{}"},
		{ID: 4, Provider: "google", Secret: "tell-nobody", Settings: "{}"},
		{ID: 5, Provider: "google", ClientID: "x", Secret: "tell-nobody", Settings: `"tell-nobody"`},
		{ID: 6, Provider: "openid_connect", ProviderID: "keycloak", ClientID: "x", Settings: `{"server_url": "http://169.254.169.254/"}`},
	}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]social.ProviderConfig{
		"google": {Apps: []social.App{{ClientID: "in-settings"}, {ClientID: "in-table", Secret: "tell-nobody"}}},
		"openid_connect": {Apps: []social.App{{ClientID: "kc", Name: "Keycloak", ProviderID: "keycloak",
			Settings: social.AppSettings{ServerURL: "https://id.example.com/realms/staff", Hidden: true}}}},
	}
	if d := cmp.Diff(want, s.Providers.Providers); d != "" {
		t.Error(d)
	}
	if got := log.String(); strings.Count(got, "passed over") != 3 || strings.Contains(got, "tell-nobody") {
		t.Errorf("logged: %s", got)
	}
	if _, err := social.New(s.Providers, s.Features.Social, slog.New(slog.DiscardHandler)); err != nil {
		t.Error(err)
	}
}

func TestRowsOfOtherSitesAreNotRead(t *testing.T) {
	w := newWorkplace(t)
	w.must(t, "loaddata", w.write(t, "rows.json", `[
		{"model": "sites.site", "pk": 2, "fields": {"domain": "other.example", "name": "Other"}},
		{"model": "socialaccount.socialapp", "pk": 1, "fields": {"provider": "google", "name": "G", "client_id": "here", "sites": [1, 2]}},
		{"model": "socialaccount.socialapp", "pk": 2, "fields": {"provider": "google", "name": "G", "client_id": "there", "sites": [2]}},
		{"model": "socialaccount.socialapp", "pk": 3, "fields": {"provider": "google", "name": "G", "client_id": "nowhere"}}]`))
	loaded, err := LoadSettings("", w.environ)
	if err != nil {
		t.Fatal(err)
	}
	store, err := connect(t.Context(), &loaded.Settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	for site, want := range map[int64][]string{1: {"here"}, 2: {"here", "there"}, 3: nil} {
		rows, err := store.SocialApps(t.Context(), site)
		var got []string
		for _, row := range rows {
			got = append(got, row.ClientID)
		}
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("site %d: %v %s", site, err, d)
		}
	}
}
