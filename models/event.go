package models

// Event names something that happens to an account, as hooks and webhooks tell it.
type Event string

// The twelve signals of django-ai-kit-auth, in the order in which an account goes through them, and some of our own. A
// Pre event is about to happen and may still be refused, or come to nothing; a Post event has happened.
const (
	EventPreRegistered  Event = "user.pre_registered"
	EventPostRegistered Event = "user.post_registered"
	EventPreActivated   Event = "user.pre_activated"
	EventPostActivated  Event = "user.post_activated"

	EventPreLogin   Event = "user.pre_login"
	EventPostLogin  Event = "user.post_login"
	EventPreLogout  Event = "user.pre_logout"
	EventPostLogout Event = "user.post_logout"

	EventPreForgotPassword  Event = "user.pre_forgot_password"
	EventPostForgotPassword Event = "user.post_forgot_password"
	EventPreResetPassword   Event = "user.pre_reset_password"
	EventPostResetPassword  Event = "user.post_reset_password"

	EventPasswordChanged Event = "user.password_changed"
	EventEmailChanged    Event = "user.email_changed"

	EventDeletionRequested Event = "user.deletion_requested"
	EventDeleted           Event = "user.deleted"
	EventDeactivated       Event = "user.deactivated"
)

// Events returns all events: first those to come, then those of PastEvents.
func Events() []Event {
	return append(
		[]Event{
			EventPreRegistered, EventPreActivated, EventPreLogin, EventPreLogout, EventPreForgotPassword,
			EventPreResetPassword,
		},
		PastEvents()...)
}

// PastEvents returns the events that have happened when they are told.
func PastEvents() []Event {
	return []Event{
		EventPostRegistered, EventPostActivated, EventPostLogin, EventPostLogout, EventPostForgotPassword,
		EventPostResetPassword, EventPasswordChanged, EventEmailChanged,
		EventDeletionRequested, EventDeleted, EventDeactivated,
	}
}
