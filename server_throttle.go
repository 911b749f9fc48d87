package main

import (
	"time"

	"watchword/auth/dialects"
	"watchword/auth/throttle"
	"watchword/janitor"
	"watchword/models/gormstore"
)

// newCounts returns where throttles count: the database, if several servers can share it, or else memory.
func newCounts(store *gormstore.Store) throttle.Store {
	if shared := store.Throttle(); shared != nil {
		return shared
	}
	return throttle.NewMemory()
}

// limitRates puts the throttles of the settings before all views of the site.
func limitRates(site *dialects.Site, s *Settings, counts throttle.Store) error {
	clients, err := throttle.NewClients(s.Proxies)
	if err != nil {
		return err
	}
	site.LimitRates(clients, dialects.NewThrottles(s.REST.ThrottleConfig, counts, time.Now)...)
	return nil
}

// throttleTasks returns what deletes old counts, where they are rows.
func throttleTasks(store *gormstore.Store) []janitor.Task {
	shared := store.Throttle()
	if shared == nil {
		return nil
	}
	return []janitor.Task{{Name: "throttles", Sweep: shared.Sweep}}
}
