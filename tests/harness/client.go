package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"watchword/tests/contract"
)

// Answer is a response that has been read.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Field reads a text from the JSON body, and ends the test when it is not there.
func (a Answer) Field(t testing.TB, name string) string {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal(a.Body, &body); err != nil {
		t.Fatalf("the body is no JSON object: %s", a.Body)
	}
	value, ok := body[name].(string)
	if !ok {
		t.Fatalf("no text %q in %s", name, a.Body)
	}
	return value
}

// Do sends a request with a bearer token (none if empty) and a JSON body (none if nil). Redirects are not followed.
func (s *Server) Do(ctx context.Context, method, path, bearer string, body any) (Answer, error) {
	if bearer != "" {
		bearer = "Bearer " + bearer
	}
	if sent, err := json.Marshal(body); err == nil {
		s.noteSecrets(sent)
	}
	got, err := Send(ctx, s.client, method, s.URL+path, bearer, body)
	s.noteSecrets(got.Body)
	if err == nil {
		s.Check(contract.Answer{Method: method, Path: path, Status: got.Status, Header: got.Header, Body: got.Body})
	}
	return got, err
}

// Send sends a request with an Authorization header (none if empty) and a JSON body (none if nil).
func Send(ctx context.Context, client *http.Client, method, address, authorization string, body any) (Answer, error) {
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return Answer{}, err
		}
		reader = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, reader)
	if err != nil {
		return Answer{}, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	response, err := client.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	return Answer{Status: response.StatusCode, Header: response.Header, Body: data}, err
}

// Get reads path with a bearer token, and ends the test when there is no answer.
func (s *Server) Get(t testing.TB, path, bearer string) Answer {
	t.Helper()
	got, err := s.Do(t.Context(), http.MethodGet, path, bearer, nil)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Post posts JSON, and ends the test when there is no answer.
func (s *Server) Post(t testing.TB, path string, body any) Answer {
	t.Helper()
	got, err := s.Do(t.Context(), http.MethodPost, path, "", body)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func newClient() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{MaxIdleConns: 0, MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
