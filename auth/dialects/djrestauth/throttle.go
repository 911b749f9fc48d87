package djrestauth

import "watchword/auth/dialects"

// ThrottleScope is what scoped throttles count requests as, for all throttled views together.
const ThrottleScope = "dj_rest_auth"

// throttled gives the scope to those of views that have it in the original.
//
// Source: throttle_scope in dj_rest_auth.views, registration.views and its social views.
func throttled(views map[string]dialects.View) map[string]dialects.View {
	for path, view := range views {
		switch path {
		case "login", "logout", "password/change", "password/reset", "password/reset/confirm":
			view.Scope = ThrottleScope
			views[path] = view
		}
	}
	return views
}
