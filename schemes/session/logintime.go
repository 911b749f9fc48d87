package session

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"watchword/models"
	"watchword/schemes"
)

// The entries of a session that say when its user logged in: ours, in microseconds since 1970, which a Django beside this
// server keeps; one that was ours and in seconds, and is not written any more; and django-allauth's list of the ways in
// which they proved who they are.
const (
	openedKey  = "_watchword_opened"
	formerKey  = "_watchword_login"
	methodsKey = "account_authentication_methods"
)

var _ schemes.LoginDater = (*Scheme)(nil)

// LoggedInAt says when the user logged in to the session. Sessions that a Django without a recent django-allauth has
// opened do not say.
//
// Source: allauth.account.authentication.get_authentication_records.
func (s *Scheme) LoggedInAt(ctx context.Context, id schemes.Identity) (time.Time, error) {
	session, err := s.keeper.open(ctx, id.Key)
	if errors.Is(err, models.ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return session.data.loginTime(), nil
}

// loginTime is when the user of the session logged in, or the zero time.
func (d data) loginTime() time.Time {
	if at, ok := d.stamped(); ok {
		return at.UTC()
	}
	if seconds, err := strconv.ParseInt(string(d[formerKey]), 10, 64); err == nil {
		return time.Unix(seconds, 0).UTC()
	}
	var methods []struct {
		At float64 `json:"at"`
	}
	if json.Unmarshal(d[methodsKey], &methods) != nil || len(methods) == 0 {
		return time.Time{}
	}
	return time.Unix(int64(methods[len(methods)-1].At), 0).UTC()
}

// stamped is when the user logged in here; false where a Django has opened the session.
func (d data) stamped() (at time.Time, ok bool) {
	micros, err := strconv.ParseInt(string(d[openedKey]), 10, 64)
	return time.UnixMicro(micros), err == nil
}

// stamp notes in d that u logs in now.
func (s *Scheme) stamp(d data, u *models.User) {
	now := s.cfg.Now()
	if u.LoginsEnded != nil && now.Before(*u.LoginsEnded) { // another server's clock is ahead of ours
		now = *u.LoginsEnded
	}
	d[openedKey] = strconv.AppendInt(nil, now.UnixMicro(), 10)
	delete(d, formerKey)
}
