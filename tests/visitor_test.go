package tests

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"watchword/tests/contract"
	"watchword/tests/harness"
)

// visitor is a browser as far as cookies go, which repeats its CSRF token in every request.
type visitor struct {
	server *harness.Server
	jar    map[string]string
	token  string // repeated; "": what the CSRF cookie holds
}

func newVisitor(server *harness.Server) *visitor {
	return &visitor{server: server, jar: map[string]string{}}
}

// holding is a visitor that has a cookie of that session.
func holding(server *harness.Server, key string) *visitor {
	v := newVisitor(server)
	v.jar["sessionid"] = key
	return v
}

// ask sends a request with a JSON body and keeps the cookies of the answer.
func (v *visitor) ask(t *testing.T, method, path string, body any) harness.Answer {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, v.server.URL+path, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for name, value := range v.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	token := v.token
	if token == "" {
		token = v.jar["csrftoken"]
	}
	if token != "" {
		r.Header.Set("X-CSRFToken", token)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	for _, cookie := range response.Cookies() {
		v.jar[cookie.Name] = cookie.Value
		if cookie.MaxAge < 0 {
			delete(v.jar, cookie.Name)
		}
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	v.server.Check(contract.Answer{Method: method, Path: path, Status: response.StatusCode, Header: response.Header, Body: text})
	return harness.Answer{Status: response.StatusCode, Header: response.Header, Body: text}
}

const sessionSalt = "django.contrib.sessions.SessionStore"

// signedText signs a text as Django's signing.dumps does.
func signedText(salt, payload string) string {
	encode := base64.RawURLEncoding.EncodeToString
	value := encode([]byte(payload)) + ":" + base62(time.Now().Unix())
	return value + ":" + encode(saltedHMAC(salt+"signer", value))
}

// authHash is the _auth_user_hash of sessions of a user with that stored password.
func authHash(stored string) string {
	return hex.EncodeToString(saltedHMAC("django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash", stored))
}

func saltedHMAC(salt, value string) []byte {
	key := sha256.Sum256([]byte(salt + harness.SecretKey))
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(value))
	return mac.Sum(nil)
}

func base62(n int64) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	var text string
	for ; n > 0; n /= 62 {
		text = string(digits[n%62]) + text
	}
	return text
}
