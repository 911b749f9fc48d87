package social

import (
	"cmp"
	"strings"

	"github.com/google/uuid"
)

// Microsoft's addresses and tenants.
const (
	microsoftLogin     = "https://login.microsoftonline.com"
	microsoftConsumers = "9188040d-6c67-4c5b-b112-36a304b66dad"
	microsoftZeros     = "00000000-0000-0000-" // what the ids of private accounts begin with
)

// newMicrosoft returns Microsoft for one tenant or several. Its access tokens are for its own services, which do not say
// whom they were issued to: an id_token or a code is needed.
//
// Source: https://learn.microsoft.com/entra/identity-platform/id-tokens
func newMicrosoft(b builder) Provider {
	tenant := cmp.Or(b.cfg.Tenant, "common")
	if apps := b.cfg.apps(); len(apps) > 0 {
		tenant = cmp.Or(apps[0].Settings.Tenant, tenant)
	}
	login := cmp.Or(b.cfg.Issuer, microsoftLogin)
	base := newIssuer(login+"/"+tenant+"/v2.0", true, b.client, b.now)
	return &openID{caller: b.caller(), issuer: base, identity: microsoftIdentity, expect: func(want *expectation) {
		want.issued = func(claims object, named string) bool {
			id := claims.text("tid")
			return named == login+"/"+id+"/v2.0" && microsoftTenant(tenant, id)
		}
	}}
}

// microsoftTenant reports whether accounts of the tenant id may log in where the setting says tenant.
func microsoftTenant(tenant, id string) bool {
	if _, err := uuid.Parse(id); err != nil {
		return false
	}
	switch tenant {
	case "common":
		return true
	case "organizations":
		return id != microsoftConsumers
	case "consumers":
		return id == microsoftConsumers
	}
	return tenant == id
}

// microsoftIdentity names users as Microsoft's Graph does, which is where allauth has their ids from. An address is
// whatever the administrator of their tenant has written there, unless Microsoft says that it was proved.
func microsoftIdentity(claims object) Identity {
	id := standard(claims)
	id.UID = claims.text("oid")
	if private, ok := strings.CutPrefix(id.UID, microsoftZeros); ok {
		id.UID = strings.ReplaceAll(private, "-", "")
	}
	id.EmailVerified = claims.yes("xms_edov") || claims.text("xms_edov") == "1"
	id.Username = ""
	return id
}
