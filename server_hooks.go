package main

import (
	"log/slog"

	"watchword/auth"
	"watchword/models/gormstore"
	"watchword/webhooks"
)

// projectHooks are functions of one's own that hear of accounts. There are none: this is where to put some.
func projectHooks() auth.Hooks { return auth.Hooks{} }

// newSignals returns what tells hooks and webhooks of accounts.
func newSignals(publisher *webhooks.Publisher, store *gormstore.Store, log *slog.Logger) *auth.Signals {
	return auth.NewSignals(projectHooks(), publisher, store, log)
}
