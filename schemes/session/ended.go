package session

import (
	"strconv"
	"time"

	"watchword/models"
)

// openedKey is the entry that says when somebody logged in, in microseconds since 1970. It is ours: a Django beside this
// server keeps it, and writes none.
const openedKey = "_watchword_opened"

// outlived reports whether all logins of u were ended since somebody logged in in the session. Of one that says nothing,
// because a Django has opened it, it counts when it was saved, to the second.
func (s *Scheme) outlived(u *models.User, session *opened) bool {
	if !s.cfg.CheckLoginsEnded || u.LoginsEnded == nil {
		return false
	}
	if micros, err := strconv.ParseInt(string(session.data[openedKey]), 10, 64); err == nil {
		return time.UnixMicro(micros).Before(*u.LoginsEnded)
	}
	return session.saved.Before(u.LoginsEnded.Truncate(time.Second))
}

// stamp notes in d that u logs in now.
func (s *Scheme) stamp(d data, u *models.User) {
	if !s.cfg.CheckLoginsEnded {
		return
	}
	now := s.cfg.Now()
	if u.LoginsEnded != nil && now.Before(*u.LoginsEnded) { // another server's clock is ahead of ours
		now = *u.LoginsEnded
	}
	d[openedKey] = strconv.AppendInt(nil, now.UnixMicro(), 10)
}
