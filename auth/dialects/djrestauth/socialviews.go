package djrestauth

import (
	"watchword/auth/dialects"
	"watchword/auth/social"
	"watchword/serializers"
)

// socialViews returns the views about identity providers by their paths. Projects put them where they like; these are the
// paths of the original's documentation.
//
// Source: dj_rest_auth.registration.views.
func (d *Dialect) socialViews() map[string]dialects.View {
	views := d.socialAccountViews()
	for _, source := range d.social.Sources {
		fields := d.socialFields(source)
		views[source.Name+"/"] = dialects.View{
			Name:    source.Title + " Login",
			Schemes: d.schemes,
			Scope:   ThrottleScope,
			Post:    dialects.Action{Handle: d.socialLogIn(source), Fields: fields},
		}
		views[source.Name+"/connect/"] = dialects.View{
			Name:       source.Title + " Connect",
			Schemes:    d.schemes,
			Permission: dialects.IsAuthenticated,
			Scope:      ThrottleScope,
			Post:       dialects.Action{Handle: d.socialConnect(source), Fields: fields},
		}
	}
	return views
}

// socialFields are what the metadata shows of a login with source.
func (d *Dialect) socialFields(source social.Source) serializers.Fields {
	if source.Signs {
		return d.twitterLogin.Fields()
	}
	return serializers.DescribedSocialLogin(d.socialLogin)
}

// socialAccountViews returns the views of what users are at providers, by their paths.
func (d *Dialect) socialAccountViews() map[string]dialects.View {
	return map[string]dialects.View{
		"socialaccounts/": {
			Name:        "Social Account List",
			Description: "List SocialAccounts for the currently logged in user",
			Schemes:     d.schemes,
			Permission:  dialects.IsAuthenticated,
			Get:         dialects.Action{Handle: d.listSocial},
		},
		"socialaccounts/<int:pk>/disconnect/": {
			Name: "Social Account Disconnect",
			Description: "Disconnect SocialAccount from remote service for\n" +
				"the currently logged in user",
			Schemes:    d.schemes,
			Permission: dialects.IsAuthenticated,
			Post: dialects.Action{Handle: d.disconnectSocial,
				Fields: serializers.DescribedSocialLogin(d.socialLogin)},
		},
	}
}

// MountSocialAccounts puts the views of what users are at providers on site once more, below prefix, where a project has
// them besides.
func MountSocialAccounts(site *dialects.Site, prefix string, d *Dialect) {
	if d.social == nil {
		return
	}
	for path, view := range d.socialAccountViews() {
		site.Mount(prefix+path, view)
	}
}
