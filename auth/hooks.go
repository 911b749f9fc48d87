package auth

import (
	"context"

	"watchword/models"
)

// A Hook hears of something that happens to an account. u is a copy without the password, also without the hashed one:
// no hook is ever given a password, a token or a link, and none changes the account by changing u. It must be safe for
// concurrent use and be quick, for the client waits for it.
type Hook func(ctx context.Context, u models.User) error

// Hooks are functions of the project that hear of accounts: the twelve signals of django-ai-kit-auth, sent by all
// dialects alike, and some of our own. Each may be nil. For those who do not write Go there are webhooks, which tell the
// same; see models.Event for their names.
//
// A Pre hook is asked before anything is done, and may refuse: when it returns ErrRefused, or an error that wraps it,
// nothing is done, and the client is told no more than that it may not (403). Any other error, and a panic, ends the
// request as a fault of the server (500) and is logged. ctx may carry the transaction in which the thing is going to be
// done.
//
// A Post hook is called once what it tells of is committed, and never if that was rolled back. Its errors and panics are
// logged and change nothing. ctx then carries no transaction, does not end when the client goes away, and ends after ten
// seconds. Should the server be killed between the commit and the hook, the hook is not called; a webhook, which is
// written in the same transaction, is sent.
//
// The order for one account: PreRegistered, PostRegistered, PreActivated, PostActivated, PreLogin, PostLogin, PreLogout,
// PostLogout, and around a forgotten password PreForgotPassword, PostForgotPassword, PreResetPassword,
// PostResetPassword.
//
// Source: ai_kit_auth.signals. There a failing receiver breaks the request at any point, user_pre_registered is given
// the password, and user_post_logout is given nobody.
type Hooks struct {
	// PreRegistered is called before the body of a registration is validated, so also for those that are then refused.
	// u has what was sent as Username and Email, and no ID.
	PreRegistered Hook
	// PostRegistered is called for an account that was just made, before any mail about it leaves. It may be inactive.
	// django-allauth calls this user_signed_up. Accounts that commands make are told, too.
	PostRegistered Hook

	// PreActivated is called when a good link from an activation or confirmation mail was followed. u is as it was.
	PreActivated Hook
	// PostActivated is called when that user is active, or has proved their address. django-allauth calls this
	// email_confirmed.
	PostActivated Hook

	// PreLogin is called for a user who has been proved, before they are given a credential. Refused logins are not told.
	PreLogin Hook
	// PostLogin is called when the user has a credential. Django calls this user_logged_in. Renewing one is no login.
	PostLogin Hook

	// PreLogout is called before a user's credential is ended at their own wish.
	PreLogout Hook
	// PostLogout is called afterwards, with the user who was logged in. Django calls this user_logged_out.
	PostLogout Hook

	// PreForgotPassword is called before a link is mailed to a user who says that the password is forgotten. Nobody is
	// told of names and addresses that mean no user. The client does not hear of a refusal: no mail is sent, that is all.
	PreForgotPassword Hook
	// PostForgotPassword is called when the mail is promised.
	PostForgotPassword Hook

	// PreResetPassword is called when a good link from that mail was followed, before the new password is validated, so
	// also for passwords that are then refused.
	PreResetPassword Hook
	// PostResetPassword is called when the new password is set. django-allauth calls this password_reset.
	PostResetPassword Hook

	// PasswordChanged is called when a user, or a command, has set a new password without such a link. It is ours, after
	// django-allauth's password_changed.
	PasswordChanged Hook
	// EmailChanged is called when a user has another primary address, or none; u has it already. It is ours, after
	// django-allauth's email_changed.
	EmailChanged Hook
	// DeletionRequested is called when a user has asked for their account to be deleted after a while; it is disabled until
	// then. It is ours. When they take that back, PostActivated is called.
	DeletionRequested Hook
	// Deleted is called when an account is gone. u is as it was. It is ours.
	Deleted Hook
	// Deactivated is called when a command has disabled an account. It is ours.
	Deactivated Hook
}

// of returns the hook for e, or nil.
func (h *Hooks) of(e models.Event) Hook {
	switch e {
	case models.EventPreRegistered:
		return h.PreRegistered
	case models.EventPostRegistered:
		return h.PostRegistered
	case models.EventPreActivated:
		return h.PreActivated
	case models.EventPostActivated:
		return h.PostActivated
	case models.EventPreLogin:
		return h.PreLogin
	case models.EventPostLogin:
		return h.PostLogin
	case models.EventPreLogout:
		return h.PreLogout
	case models.EventPostLogout:
		return h.PostLogout
	case models.EventPreForgotPassword:
		return h.PreForgotPassword
	case models.EventPostForgotPassword:
		return h.PostForgotPassword
	case models.EventPreResetPassword:
		return h.PreResetPassword
	case models.EventPostResetPassword:
		return h.PostResetPassword
	case models.EventPasswordChanged:
		return h.PasswordChanged
	case models.EventEmailChanged:
		return h.EmailChanged
	case models.EventDeletionRequested:
		return h.DeletionRequested
	case models.EventDeleted:
		return h.Deleted
	case models.EventDeactivated:
		return h.Deactivated
	}
	return nil
}
