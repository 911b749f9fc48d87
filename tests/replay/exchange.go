package replay

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const patience = time.Minute // for one answer

// request is a step's request, variables replaced.
type request struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers"`
	Body    *string           `json:"body"`
	Base64  *string           `json:"body_b64"`
	Cookies string            `json:"cookies"` // "jar" (default), "jar:NAME" or "none"
}

// response is what came back.
type response struct {
	status  int
	headers map[string]string // by lower-case name; repeated ones joined with ", "
	cookies []cookie
	text    string
	json    any
	isJSON  bool
	header  http.Header
	body    []byte
}

// bytes renders the request: nothing is added but Host, Cookie, Content-Length and Connection: close.
func (r *request) bytes(host, cookies string) ([]byte, error) {
	body, given, err := r.body()
	if err != nil {
		return nil, err
	}
	headers := map[string]string{"Connection": "close"}
	lower := map[string]bool{}
	for name, value := range r.Headers {
		headers[name] = value
		lower[strings.ToLower(name)] = true
	}
	if !lower["host"] {
		headers["Host"] = host
	}
	if !lower["cookie"] && cookies != "" {
		headers["Cookie"] = cookies
	}
	sized := given || slices.Contains([]string{http.MethodPost, http.MethodPut, http.MethodPatch}, r.Method)
	if !lower["content-length"] && sized {
		headers["Content-Length"] = strconv.Itoa(len(body))
	}
	head := r.Method + " " + r.Path + " HTTP/1.1\r\n"
	for _, name := range sortedKeys(headers) {
		head += name + ": " + headers[name] + "\r\n"
	}
	latin1, err := toLatin1(head + "\r\n")
	return append(latin1, body...), err
}

func (r *request) body() (body []byte, given bool, err error) {
	switch {
	case r.Base64 != nil:
		body, err = base64.StdEncoding.DecodeString(*r.Base64)
		return body, true, err
	case r.Body != nil:
		return []byte(*r.Body), true, nil
	}
	return nil, false, nil
}

func toLatin1(s string) ([]byte, error) {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return nil, fmt.Errorf("%q cannot be sent in a header", r)
		}
		out = append(out, byte(r))
	}
	return out, nil
}

// send makes one request on a connection of its own. A nil jar sends and keeps no cookies.
func (r *request) send(ctx context.Context, host string, j *jar) (*response, error) {
	cookies := ""
	if j != nil {
		path, _, _ := strings.Cut(r.Path, "?")
		cookies = j.header(path)
	}
	data, err := r.bytes(host, cookies)
	if err != nil {
		return nil, err
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	// A server may answer and close before it has read everything; then the answer counts, not the failed write.
	_, writeErr := conn.Write(data)
	answer, err := receive(conn, r.Method)
	if err != nil {
		if writeErr != nil {
			err = writeErr
		}
		return nil, err
	}
	if j != nil {
		j.store(answer.cookies)
	}
	return answer, nil
}

func receive(conn io.Reader, method string) (*response, error) {
	reader := bufio.NewReader(conn)
	for {
		raw, err := http.ReadResponse(reader, &http.Request{Method: method})
		if err != nil {
			return nil, err
		}
		answer, err := read(raw)
		if err == nil && answer.status == http.StatusContinue {
			continue
		}
		return answer, err
	}
}

func read(raw *http.Response) (*response, error) {
	body, err := io.ReadAll(raw.Body)
	if err := errors.Join(err, raw.Body.Close()); err != nil {
		return nil, err
	}
	r := &response{status: raw.StatusCode, header: raw.Header, body: body, headers: map[string]string{}, text: strings.ToValidUTF8(string(body), "\ufffd")}
	for name, values := range raw.Header {
		if name == "Set-Cookie" {
			for _, line := range values {
				r.cookies = append(r.cookies, parseSetCookie(line))
			}
			continue
		}
		r.headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	if value, err := decodeJSON(bytes.TrimSpace(body)); err == nil {
		r.json, r.isJSON = value, true
	}
	return r, nil
}
