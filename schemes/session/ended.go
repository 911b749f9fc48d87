package session

import (
	"time"

	"watchword/models"
)

// outlived reports whether all logins of u were ended since somebody logged in in the session. Of one that says nothing,
// because a Django has opened it, it counts when it was saved, to the second.
func (s *Scheme) outlived(u *models.User, session *opened) bool {
	if !s.cfg.CheckLoginsEnded || u.LoginsEnded == nil {
		return false
	}
	if at, ok := session.data.stamped(); ok {
		return at.Before(*u.LoginsEnded)
	}
	return session.saved.Before(u.LoginsEnded.Truncate(time.Second))
}
