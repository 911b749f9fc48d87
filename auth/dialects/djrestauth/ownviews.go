package djrestauth

import (
	"watchword/auth/dialects"
)

// ownViews returns the views by which users change their own addresses, by their paths. The protocol has none like them.
func (d *Dialect) ownViews() map[string]dialects.View {
	return map[string]dialects.View{
		"email": {
			Name: "Email Addresses",
			Description: "Lists the email addresses of the account, and adds another one.\n\n" +
				"Accepts the following POST parameter: email.",
			Schemes:    d.schemes,
			Permission: dialects.IsAuthenticated,
			Get:        dialects.Action{Handle: d.listAddresses},
			Post:       dialects.Action{Handle: d.addAddress, Fields: d.newAddress.Fields()},
		},
		"email/primary": {
			Name: "Primary Email Address",
			Description: "Makes an email address of the account the primary one.\n\n" +
				"Accepts the following POST parameters: email, password.",
			Schemes:    d.schemes,
			Permission: dialects.IsAuthenticated,
			Scope:      ThrottleScope,
			Post:       dialects.Action{Handle: d.preferAddress, Fields: d.chosenAddress.Fields()},
		},
		"email/remove": {
			Name: "Remove Email Address",
			Description: "Removes an email address from the account.\n\n" +
				"Accepts the following POST parameters: email, password.",
			Schemes:    d.schemes,
			Permission: dialects.IsAuthenticated,
			Scope:      ThrottleScope,
			Post:       dialects.Action{Handle: d.removeAddress, Fields: d.chosenAddress.Fields()},
		},
		"email/undo": {
			Name: "Undo Email Change",
			Description: "Makes the former primary email address the only one, and ends all logins.\n\n" +
				"Accepts the following POST parameter: key.",
			Schemes: d.schemes,
			Scope:   ThrottleScope,
			Post:    dialects.Action{Handle: d.undoEmail, Fields: d.emailKey.Fields()},
		},
		"account/delete": {
			Name: "Delete Account",
			Description: "Disables the account, and deletes it after a while.\n\n" +
				"Accepts the following POST parameter: password.",
			Schemes:    d.schemes,
			Permission: dialects.IsAuthenticated,
			Scope:      ThrottleScope,
			Post:       dialects.Action{Handle: d.deleteAccount, Fields: d.passwordProof.Fields()},
		},
		"account/delete/undo": {
			Name: "Keep Account",
			Description: "Keeps an account that was to be deleted.\n\n" +
				"Accepts the following POST parameter: key.",
			Schemes: d.schemes,
			Scope:   ThrottleScope,
			Post:    dialects.Action{Handle: d.undoDeletion, Fields: d.emailKey.Fields()},
		},
		"account/export": {
			Name: "Export Account",
			Description: "Tells everything that is kept of the account, but for secrets.\n\n" +
				"Accepts the following POST parameter: password.",
			Schemes:    d.schemes,
			Permission: dialects.IsAuthenticated,
			Scope:      ThrottleScope,
			Get:        dialects.Action{Handle: d.exportAccount},
			Post:       dialects.Action{Handle: d.exportByPassword, Fields: d.passwordProof.Fields()},
		},
	}
}
