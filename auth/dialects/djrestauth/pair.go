package djrestauth

import (
	"time"

	"watchword/models"
	"watchword/schemes"
	"watchword/serializers"
)

// pairAnswer says what of a pair of JWTs goes into bodies.
type pairAnswer interface {
	// login answers a login of u.
	login(grant schemes.Grant, u *models.User) serializers.LoginPair
	// refreshed answers a refresh. The grant has a refresh token when they rotate.
	refreshed(grant schemes.Grant) serializers.CookieRefreshed
}

// choosePair returns what the settings ask for. shown is what it tells of users.
func choosePair(cfg Config, shown details) pairAnswer {
	var answer pairAnswer = wholePair{shown}
	if cfg.HTTPOnly {
		answer = accessOnly{shown}
	}
	if cfg.ReturnExpiration {
		answer = withEnds{answer}
	}
	return answer
}

// wholePair puts both tokens into bodies.
type wholePair struct{ shown details }

func (p wholePair) login(grant schemes.Grant, u *models.User) serializers.LoginPair {
	return serializers.LoginPair{Access: grant.Access, Refresh: grant.Refresh, User: p.shown.of(u)}
}

func (wholePair) refreshed(grant schemes.Grant) serializers.CookieRefreshed {
	out := accessOnly{}.refreshed(grant)
	if grant.Refresh != "" {
		out.Refresh, out.RefreshUntil = grant.Refresh, newTime(grant.RefreshUntil)
	}
	return out
}

// accessOnly keeps the refresh token out of bodies.
type accessOnly struct{ shown details }

func (p accessOnly) login(grant schemes.Grant, u *models.User) serializers.LoginPair {
	return serializers.LoginPair{Access: grant.Access, User: p.shown.of(u)}
}

func (accessOnly) refreshed(grant schemes.Grant) serializers.CookieRefreshed {
	return serializers.CookieRefreshed{Access: grant.Access, AccessUntil: serializers.Time(grant.AccessUntil)}
}

// withEnds also tells at login when the tokens expire.
type withEnds struct{ pairAnswer }

func (w withEnds) login(grant schemes.Grant, u *models.User) serializers.LoginPair {
	out := w.pairAnswer.login(grant, u)
	out.AccessUntil, out.RefreshUntil = newTime(grant.AccessUntil), newTime(grant.RefreshUntil)
	return out
}

func newTime(t time.Time) *serializers.Time { return new(serializers.Time(t)) }
