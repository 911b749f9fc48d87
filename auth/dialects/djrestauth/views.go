package djrestauth

import (
	"watchword/auth/dialects"
)

// views returns the views by their paths. Names and descriptions are what the metadata of the original says.
//
// Source: dj_rest_auth.urls and dj_rest_auth.views.
func (d *Dialect) views() map[string]dialects.View {
	views := map[string]dialects.View{
		"login": {
			Name: "Login",
			Description: "Check the credentials and return the REST Token\n" +
				"if the credentials are valid and authenticated.\n" +
				"Calls Django Auth login method to register User ID\n" +
				"in Django session framework\n\n" +
				"Accept the following POST parameters: username, password\n" +
				"Return the REST Framework Token Object's key.",
			Schemes: d.schemes,
			Post:    dialects.Action{Handle: d.logIn, Fields: d.login.Fields()},
		},
		"logout": {
			Name: "Logout",
			Description: "Calls Django logout method and delete the Token object\n" +
				"assigned to the current User object.\n\n" +
				"Accepts/Returns nothing.",
			Schemes: d.schemes,
			Get:     d.logoutByGet(),
			Post:    dialects.Action{Handle: d.logOut},
		},
		"user": {
			Name: "User Details",
			Description: "Reads and updates UserModel fields\n" +
				"Accepts GET, PUT, PATCH methods.\n\n" +
				"Default accepted fields: username, first_name, last_name\n" +
				"Default display fields: pk, username, email, first_name, last_name\n" +
				"Read-only fields: pk, email\n\n" +
				"Returns UserModel fields.",
			Schemes:    d.schemes,
			Permission: dialects.IsAuthenticated,
			Get:        dialects.Action{Handle: d.showUser},
			Put:        dialects.Action{Handle: d.updateUser(d.user.Read), Fields: d.user.Fields()},
			Patch:      dialects.Action{Handle: d.updateUser(d.user.ReadPartial), Fields: d.user.Fields()},
		},
		"password/change": {
			Name: "Password Change",
			Description: "Calls Django Auth SetPasswordForm save method.\n\n" +
				"Accepts the following POST parameters: new_password1, new_password2\n" +
				"Returns the success/fail message.",
			Schemes:    d.schemes,
			Permission: dialects.IsAuthenticated,
			Post:       d.changePassword(),
		},
	}
	d.addResetViews(views)
	if d.cfg.UseJWT {
		d.addTokenViews(views)
	}
	return throttled(views)
}

// addResetViews adds the endpoints for people who forgot their password.
func (d *Dialect) addResetViews(views map[string]dialects.View) {
	views["password/reset"] = dialects.View{
		Name: "Password Reset",
		Description: "Calls Django Auth PasswordResetForm save method.\n\n" +
			"Accepts the following POST parameters: email\n" +
			"Returns the success/fail message.",
		Schemes: d.schemes,
		Post:    dialects.Action{Handle: d.requestReset, Fields: d.reset.Fields()},
	}
	views["password/reset/confirm"] = dialects.View{
		Name: "Password Reset Confirm",
		Description: "Password reset e-mail link is confirmed, therefore\n" +
			"this resets the user's password.\n\n" +
			"Accepts the following POST parameters: token, uid,\n" +
			"    new_password1, new_password2\n" +
			"Returns the success/fail message.",
		Schemes: d.schemes,
		Post:    dialects.Action{Handle: d.confirmReset, Fields: d.resetConfirm.Fields()},
	}
}

// addTokenViews adds the endpoints about JWTs. They authenticate nobody, but refuse with the scheme's challenge.
//
// Source: dj_rest_auth.jwt_auth and rest_framework_simplejwt.views.
func (d *Dialect) addTokenViews(views map[string]dialects.View) {
	views["token/refresh"] = dialects.View{
		Name:      "Refresh View With Cookie Support",
		Challenge: d.tokens.Challenge(),
		Post:      dialects.Action{Handle: d.refreshToken, Fields: d.refresh.Fields()},
	}
	views["token/verify"] = dialects.View{
		Name: "Token Verify",
		Description: "Takes a token and indicates if it is valid.  This view provides no\n" +
			"information about a token's fitness for a particular use.",
		Challenge: d.tokens.Challenge(),
		Post:      dialects.Action{Handle: dialects.VerifyToken(d.token, d.tokens), Fields: d.token.Fields()},
	}
}

// logoutByGet returns what GET does at logout. The original has the method in any case, and refuses it in the handler.
func (d *Dialect) logoutByGet() dialects.Action {
	if d.cfg.LogoutOnGet {
		return dialects.Action{Handle: d.logOut}
	}
	return dialects.Action{Handle: methodNotAllowed}
}

// changePassword returns what POST does at password/change.
func (d *Dialect) changePassword() dialects.Action {
	if d.cfg.OldPasswordField {
		return dialects.Action{Handle: d.replacePassword, Fields: d.passwordChange.Fields()}
	}
	return dialects.Action{Handle: d.setPassword, Fields: d.newPassword.Fields()}
}
