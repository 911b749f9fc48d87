package tests

import (
	"bytes"
	"compress/zlib"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// session is the JSON in the row of that key, "" where there is none.
func (x *target) session(t *testing.T, key string) string {
	t.Helper()
	var data string
	err := x.state.DB.QueryRowContext(t.Context(), "SELECT session_data FROM django_session WHERE session_key = ?", key).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	value, _, _ := strings.Cut(data, ":")
	encoded, compressed := strings.CutPrefix(value, ".")
	text, err := base64.RawURLEncoding.DecodeString(encoded)
	if err == nil && compressed {
		var reader io.ReadCloser
		if reader, err = zlib.NewReader(bytes.NewReader(text)); err == nil {
			text, err = io.ReadAll(reader)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// change replaces texts in what the session of that key holds.
func (x *target) change(t *testing.T, key string, texts ...string) {
	t.Helper()
	x.exec(t, "UPDATE django_session SET session_data = ? WHERE session_key = ?",
		signedText(sessionSalt, strings.NewReplacer(texts...).Replace(x.session(t, key))), key)
}

// secretOf is the CSRF secret in the session of that key.
func (x *target) secretOf(t *testing.T, key string) string {
	t.Helper()
	var entries map[string]any
	if err := json.Unmarshal([]byte(x.session(t, key)), &entries); err != nil {
		t.Fatal(err)
	}
	secret, _ := entries["_csrftoken"].(string)
	return secret
}

// TestSessionRowsWrittenByHandAreNobodys has the cases about rows, by their ids.
func TestSessionRowsWrittenByHandAreNobodys(t *testing.T) {
	t.Parallel()
	x := newSessionTarget(t, cookie)
	good := signedText(sessionSalt, x.entries(t))
	tampered := signedText(sessionSalt, x.entries(t, `"_auth_user_id":"1"`, `"_auth_user_id":"2"`))
	signature := good[strings.Index(good, ":"):]
	for id, data := range map[string]string{
		"sess-data-forged-sig":      good[:len(good)-8] + "AAAAAAAA",
		"sess-data-tampered-uid":    tampered[:strings.Index(tampered, ":")] + signature,
		"sess-data-pickle":          "gASVEAAAAAAAAAB9lIwBYZRLAXMu",
		"sess-data-no-hash":         signedText(sessionSalt, x.entries(t, `"_auth_user_hash"`, `"other"`)),
		"sess-data-wrong-hash":      signedText(sessionSalt, x.entries(t, `_auth_user_hash":"`, `_auth_user_hash":"0`)),
		"sess-data-foreign-backend": signedText(sessionSalt, x.entries(t, "django.contrib.auth.backends.ModelBackend", "evil.Backend")),
		"sess-data-uid-int":         signedText(sessionSalt, x.entries(t, `"_auth_user_id":"1"`, `"_auth_user_id":1`)),
		"sess-data-uid-float":       signedText(sessionSalt, x.entries(t, `"_auth_user_id":"1"`, `"_auth_user_id":"1.0"`)),
		"sess-data-old-format":      "MjRhYjpleUpmWVhWMGFGOTFjMlZ5WDJsa0lqb2lNU0o5",
	} {
		t.Run(id, func(t *testing.T) {
			x.writeSession(t, sessionKey, data)
			v := holding(x.server, sessionKey)
			if got := v.ask(t, http.MethodGet, kitMePath, nil); got.Status != 200 || !strings.Contains(string(got.Body), `"user":null`) {
				t.Errorf("me/: got %d %s, want nobody", got.Status, got.Body)
			}
			if got := holding(x.server, sessionKey).ask(t, http.MethodGet, ownUserPath, nil); got.Status != 403 {
				t.Errorf("user/: got %d %s, want 403", got.Status, got.Body)
			}
		})
	}
}
