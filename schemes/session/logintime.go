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

// The entries of a session that say when its user logged in: ours, in seconds, and django-allauth's list of the ways in
// which they proved who they are.
const (
	loginTimeKey = "_watchword_login"
	methodsKey   = "account_authentication_methods"
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
	if seconds, err := strconv.ParseInt(string(d[loginTimeKey]), 10, 64); err == nil {
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

// setLoginTime notes that the user logs in now.
func (d data) setLoginTime(now time.Time) {
	d[loginTimeKey] = strconv.AppendInt(nil, now.Unix(), 10)
}
