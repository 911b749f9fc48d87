package jwt

import (
	"math"
	"strconv"
	"time"

	"watchword/models"
	"watchword/schemes"
)

// outlived refuses a token from before all logins of its user were ended (models.User.LoginsEnded), and one that does not
// say when it is from, unless it belongs to the login that was spared. Access tokens, of which nothing is kept, end by
// this alone.
func (s *Scheme) outlived(u *models.User, t *token) error {
	if !s.cfg.CheckLoginsEnded || u.LoginsEnded == nil {
		return nil
	}
	if issued, ok := instant(t.claims, "iat"); ok && !issued.Before(*u.LoginsEnded) {
		return nil
	}
	if u.SparedLogin != "" && u.SparedLogin == loginOf(t.id) {
		return nil
	}
	return s.refuse(schemes.Revoked, nil)
}

// issuedAt is the iat of a token for u, as JSON: whole seconds as ever, unless the user's logins were ended in this very
// second. Then it has a fraction (RFC 7519 section 2 allows one), or it would look older than that. nil is nobody.
func (s *Scheme) issuedAt(u *models.User, now time.Time) string {
	if !s.cfg.CheckLoginsEnded || u == nil || u.LoginsEnded == nil || u.LoginsEnded.Before(now.Truncate(time.Second)) {
		return number(now.Unix())
	}
	if now.Before(*u.LoginsEnded) { // another server's clock is ahead of ours
		now = *u.LoginsEnded
	}
	return strconv.FormatFloat(float64(now.UnixMicro())/1e6, 'f', 6, 64)
}

// instant returns a time claim to the microsecond. ok is false when it is absent or no sensible time.
func instant(c claims, name string) (at time.Time, ok bool) {
	value, _ := c.get(name)
	seconds, err := strconv.ParseFloat(value, 64)
	if err != nil || math.Abs(seconds) > farthest {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(math.Round(seconds * 1e6))), true
}
