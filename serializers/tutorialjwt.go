package serializers

import "watchword/models"

// TutorialRegistration is a new account.
//
// Source: the RegistrationSerializer of the tutorial, whose lengths come from its user model.
type TutorialRegistration struct {
	Email    Char `json:"email" field:"required,email,max_length=254"`
	Username Char `json:"username" field:"required,max_length=255"`
	Password Char `json:"password" field:"required,min_length=8,max_length=128"`
}

// NewTutorialRegistration returns a serializer of such users; those whom only their address names are asked for no other.
// adjust is that of New.
func NewTutorialRegistration(cfg Config, users models.UserModel, adjust ...func(*Field)) *Serializer[TutorialRegistration] {
	s := New[TutorialRegistration](cfg, append(adjust, WithinColumns(users))...)
	if users.ByEmail() {
		return s.Without("username")
	}
	return s
}

// TutorialLogin is an e-mail address and a password. The original's serializer has a user name, too, which is ignored.
//
// Source: the LoginSerializer of the tutorial.
type TutorialLogin struct {
	Email    Char `json:"email" field:"required,email"`
	Password Char `json:"password" field:"required,max_length=128"`
}

// TutorialToken answers both.
type TutorialToken struct {
	Token string `json:"token"`
}

// TutorialUser is what users are told about themselves.
type TutorialUser struct {
	ID       models.UserID `json:"id"`
	Email    string        `json:"email"`
	Username string        `json:"username"`
}

// NewTutorialUser returns u as it goes on the wire.
func NewTutorialUser(u *models.User) TutorialUser {
	return TutorialUser{ID: u.ID, Email: u.Email, Username: u.Username}
}
