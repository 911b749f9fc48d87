package tests

import (
	"bytes"
	"compress/zlib"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
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
