package web

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// The headers by which the page asks for cookies, and is told.
const (
	askHeader  = "X-Demo-Cookies"
	sentHeader = "X-Demo-Cookies-Sent" // the names of the cookies in the request: a list of texts as JSON
	setHeader  = "X-Demo-Cookies-Set"  // the Set-Cookie headers of the answer, in the same form
)

// hidden stands for what scripts must not get hold of.
const hidden = "***"

// signed is a JWT without its signature, which is what makes it a credential.
var signed = regexp.MustCompile(`^([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.)[A-Za-z0-9_-]+$`)

// ShowCookies tells pages of this origin, where they ask for it, which cookies came and went with a request. Browsers keep
// that from scripts for good reason, so values are left out: of a cookie that scripts cannot read no more is told than
// the claims of a JWT.
func ShowCookies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(askHeader) != "" && r.Header.Get("Sec-Fetch-Site") == "same-origin" {
			w = &telling{ResponseWriter: w, sent: r.Cookies()}
		}
		next.ServeHTTP(w, r)
	})
}

// telling adds the headers to an answer.
type telling struct {
	http.ResponseWriter
	sent []*http.Cookie
	told bool
}

// WriteHeader sends the header of the answer.
func (t *telling) WriteHeader(status int) {
	if !t.told {
		t.told = true
		t.tell()
	}
	t.ResponseWriter.WriteHeader(status)
}

// Write sends a part of the body.
func (t *telling) Write(body []byte) (int, error) {
	if !t.told {
		t.WriteHeader(http.StatusOK)
	}
	return t.ResponseWriter.Write(body)
}

// Unwrap is for http.ResponseController.
func (t *telling) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// tell writes down what there is to tell.
func (t *telling) tell() {
	sent, set := []string{}, []string{}
	for _, c := range t.sent {
		sent = append(sent, c.Name)
	}
	for _, line := range t.Header().Values("Set-Cookie") {
		set = append(set, masked(line))
	}
	slices.Sort(sent)
	t.put(sentHeader, sent)
	t.put(setHeader, set)
}

// put writes a list into a header, if it is not empty.
func (t *telling) put(name string, list []string) {
	if text, err := json.Marshal(list); err == nil && len(list) > 0 {
		t.Header().Set(name, string(text))
	}
}

// masked is a Set-Cookie header without what scripts must not see.
func masked(line string) string {
	c, err := http.ParseSetCookie(line)
	if err != nil || !c.HttpOnly || c.Value == "" {
		return line
	}
	pair, attributes, _ := strings.Cut(line, ";")
	name, value, _ := strings.Cut(pair, "=")
	if claims := signed.FindStringSubmatch(value); claims != nil {
		return name + "=" + claims[1] + hidden + ";" + attributes
	}
	return name + "=" + hidden + ";" + attributes
}
