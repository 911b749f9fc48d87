package social

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// The bounds on what a provider answers.
const (
	maxAnswer    = 1 << 20
	maxHeaders   = 64 << 10
	maxRedirects = 3
)

// The reasons why a provider is not asked, or its answer not read.
var (
	errPlain    = errors.New("must be https")
	errLocal    = errors.New("must not be an address of this machine or its own network link")
	errRedirect = errors.New("redirected to another host")
	errTooLong  = errors.New("the answer is too long")
)

// newClient returns a client for requests to providers: bounded in time and size, over TLS only, never redirected to
// another host, and never sent to this machine or to the link-local addresses at which clouds keep their credentials.
func newClient(cfg Config) *http.Client {
	dialer := &net.Dialer{Timeout: cfg.Timeout, Control: dialControl(cfg.AllowLoopback)}
	return &http.Client{
		Timeout: cfg.Timeout,
		Transport: bounded{loopback: cfg.AllowLoopback, next: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: cfg.Timeout, ForceAttemptHTTP2: true,
			MaxResponseHeaderBytes: maxHeaders, MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute,
		}},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects || r.URL.Host != via[0].URL.Host || r.URL.Scheme != via[0].URL.Scheme {
				return errRedirect
			}
			return nil
		},
	}
}

// dialControl refuses connections by the address that a name was resolved to.
func dialControl(loopback bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		host, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		ip := host.Addr().Unmap()
		if ip.IsLoopback() && loopback {
			return nil
		}
		if ip.IsLoopback() || ip.IsUnspecified() || ip.IsLinkLocalUnicast() || ip.IsMulticast() {
			return errLocal
		}
		return nil
	}
}

// allowed says why a request must not be sent to u, or returns nil.
func allowed(u *url.URL, loopback bool) error {
	if u.Scheme == "https" {
		return nil
	}
	ip, err := netip.ParseAddr(u.Hostname())
	local := u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
	if u.Scheme == "http" && local && loopback {
		return nil
	}
	return errPlain
}

// bounded is a transport that sends nothing in clear and reads no more than maxAnswer.
type bounded struct {
	next     http.RoundTripper
	loopback bool
}

// RoundTrip sends r.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := allowed(r.URL, b.loopback); err != nil {
		return nil, err
	}
	answer, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = &limited{ReadCloser: answer.Body, left: maxAnswer}
	return answer, nil
}

// limited is a body that ends in an error when it is too long.
type limited struct {
	io.ReadCloser
	left int
}

// Read reads.
func (l *limited) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if l.left -= n; l.left < 0 {
		return 0, errTooLong
	}
	return n, err
}

// refusing turns every answer but 200 into an error, for libraries that would put its body into their own.
type refusing struct{ next http.RoundTripper }

// RoundTrip sends r.
func (t refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, unavailable(err)
	}
	if answer.StatusCode != http.StatusOK && answer.StatusCode/100 != 3 {
		return nil, &Unavailable{Err: errors.Join(fmt.Errorf("status %d", answer.StatusCode), answer.Body.Close())}
	}
	return answer, nil
}

// object is a JSON object that a provider sent. Numbers are json.Number.
type object map[string]any

// text returns the member as text: of a string itself, of a number its digits, "" of all others and none.
func (o object) text(name string) string {
	switch v := o[name].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// yes reports whether the member is true. Apple writes truth as text.
func (o object) yes(name string) bool { return o[name] == true || o[name] == "true" }

// object returns the member as an object, empty if it is none.
func (o object) object(name string) object {
	inner, _ := o[name].(map[string]any)
	return inner
}

// statusError is an answer with a status that is no success.
type statusError int

// Error names the status.
func (s statusError) Error() string {
	return fmt.Sprintf("the provider answered with status %d", int(s))
}

// get asks for a JSON object; bearer may be empty. An answer that is no success is a statusError.
func get(ctx context.Context, client *http.Client, address string, query url.Values, bearer string) (object, error) {
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, unavailable(err)
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	return send(client, r)
}

// send sends r and reads a JSON object.
func send(client *http.Client, r *http.Request) (object, error) {
	var o object
	err := sendFor(client, r, &o)
	return o, err
}

// sendFor sends r and reads JSON into what into points to.
func sendFor(client *http.Client, r *http.Request, into any) (err error) {
	r.Header.Set("Accept", "application/json")
	answer, err := client.Do(r)
	if err != nil {
		return unavailable(err)
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return unavailable(err)
	}
	if answer.StatusCode/100 != 2 {
		return statusError(answer.StatusCode)
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return &Unavailable{Err: errors.New("the answer is not the JSON it should be")}
	}
	return nil
}

// rejected turns a status that says no into a Failure.
func rejected(err error) error {
	var status statusError
	if errors.As(err, &status) {
		return &Failure{Reason: Rejected, Err: err}
	}
	return err
}

// isJWT reports whether token looks like a signed JWT.
func isJWT(token string) bool {
	return strings.Count(token, ".") == 2 && strings.HasPrefix(token, "ey")
}
