package main

import (
	"fmt"

	"watchword/models"
)

// describeUsers tells the dialects what users are like.
func (s *Settings) describeUsers(users models.UserModel) {
	s.RESTAuth.Users, s.AIKit.Views.Users, s.AuthToken.Users, s.Tutorial.Views.Users = users, users, users, users
	s.Accounts = s.Accounts.ForUsers(users)
}

// unmakeable returns why some mounts could not make users such as the project's own: those whose registrations take no
// column that only the project knows.
func (s *Settings) unmakeable(users models.UserModel) error {
	registers := map[string]bool{
		mountAIKit: true, mountTutorialJWT: true, mountAuthToken: s.Registration.Enabled,
	}
	for _, column := range users.Extra {
		for mount, does := range registers {
			if does && column.Needed() && s.Features.Mounts.has(mount) {
				return fmt.Errorf("AUTH_USER_DEFAULTS: must give %s a value, or FEATURES.mounts leave out %s, whose registration "+
					"cannot ask for it", column.Name, mount)
			}
		}
	}
	return nil
}
