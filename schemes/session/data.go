package session

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"watchword/auth/signing"
	"watchword/models"
)

// salt is the purpose that Django signs sessions for.
const salt = "django.contrib.sessions.SessionStore"

// The entries of a session that say whose it is, and how long it lasts.
const (
	userKey    = "_auth_user_id"
	backendKey = "_auth_user_backend"
	hashKey    = "_auth_user_hash"
	expiryKey  = "_session_expiry"
)

// csrfKey is the entry with the secret of CSRF, where sessions hold it.
const csrfKey = "_csrftoken"

// longest bounds what a session says of its own life: Python's dates end.
const longest = 100 * 365 * 24 * time.Hour

// data is what a session holds. Entries that mean nothing here are kept as they are: a Django beside this server may
// have written them.
type data map[string]json.RawMessage

// decode reads the session_data of a row, and when it was saved, to the second. The error says why it is not what it
// seems, and holds nothing of it: it was not signed with one of the keys, is no JSON object, or unfolds to more than 64
// KiB. Pickles are never read.
//
// Source: Django, django.contrib.sessions.backends.base.SessionBase.decode.
func decode(signer *signing.Signer, text string) (d data, saved time.Time, err error) {
	saved, err = signer.LoadsStamped(text, (*signing.Members)(&d))
	if err == nil && d == nil {
		err = signing.ErrMalformed
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	return d, saved, nil
}

// encode is the session_data of d.
//
// Source: Django, django.contrib.sessions.backends.base.SessionBase.encode.
func (d data) encode(signer *signing.Signer) (string, error) {
	return signer.DumpsCompressed(signing.Members(d))
}

// text returns the entry if it is text, and "" otherwise.
func (d data) text(key string) string {
	entry := d[key]
	if len(entry) >= 2 && entry[0] == '"' && bytes.IndexByte(entry, '\\') < 0 && utf8.Valid(entry) {
		return string(entry[1 : len(entry)-1]) // as nearly always: nothing in it is escaped
	}
	var text string
	if json.Unmarshal(entry, &text) != nil {
		return ""
	}
	return text
}

// set makes the entry a text.
func (d data) set(key, text string) {
	d[key], _ = json.Marshal(text) // text always can be
}

// isAnonymous reports whether nobody has logged in in the session.
func (d data) isAnonymous() bool { return d[userKey] == nil }

// isEmpty reports whether the session is good for nothing but a CSRF check.
func (d data) isEmpty() bool {
	_, hasSecret := d[csrfKey]
	return len(d) == 0 || len(d) == 1 && hasSecret
}

// user returns the id of whom the session belongs to, and "" for nobody. An id that is a JSON number counts only where
// numeric allows it.
func (d data) user(numeric bool) models.UserID {
	if id := d.text(userKey); id != "" {
		return models.UserID(id)
	}
	if n, err := strconv.ParseInt(string(d[userKey]), 10, 64); err == nil && numeric {
		return models.UserID(strconv.FormatInt(n, 10))
	}
	return ""
}

// lifetime returns how long a session saved now lasts, and whether browsers are to forget it when they are closed. What
// the session itself says comes before the settings: seconds (0: as set, until the browser closes) or a date.
//
// Source: Django, SessionBase.get_expiry_age and get_expire_at_browser_close.
func (d data) lifetime(cfg Config, now time.Time) (age time.Duration, atBrowserClose bool) {
	if seconds, err := strconv.ParseInt(string(d[expiryKey]), 10, 64); err == nil {
		if seconds == 0 {
			return cfg.CookieAge, true
		}
		return time.Duration(min(max(seconds, -1), int64(longest/time.Second))) * time.Second, false
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} { // Python's isoformat, with a zone or in UTC
		if end, err := time.Parse(layout, d.text(expiryKey)); err == nil {
			return min(end.Sub(now), longest), false
		}
	}
	if cfg.EmptyAge > 0 && d.isEmpty() {
		return min(cfg.EmptyAge, cfg.CookieAge), cfg.ExpireAtBrowserClose
	}
	return cfg.CookieAge, cfg.ExpireAtBrowserClose
}
