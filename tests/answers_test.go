package tests

import (
	"net/http"
	"strings"
	"testing"

	"watchword/tests/attack"
	"watchword/tests/contract"
	"watchword/tests/harness"
)

// sendTo sends a request of an attack, and checks the answer against the server's description.
func sendTo(t *testing.T, server *harness.Server, r attack.Request, values attack.Values) (attack.Answer, error) {
	t.Helper()
	got, err := r.Send(t.Context(), server.Host, values)
	if err == nil {
		checkAnswer(server, r.Method, values.Expand(r.Path), got)
	}
	return got, err
}

// checkAnswer checks an answer to bytes that were sent as they are. What net/http refuses is no answer of an endpoint.
func checkAnswer(server *harness.Server, method, path string, got attack.Answer) {
	if refusedByTheTransport(got) || strings.TrimSpace(method) != method {
		return
	}
	server.Check(contract.Answer{Method: method, Path: path, Status: got.Status, Header: got.Header, Body: []byte(got.Body)})
}

// refusedByTheTransport reports whether an answer was made before there was a request that could be read: it has none of
// the headers that all of ours have.
func refusedByTheTransport(got attack.Answer) bool {
	return got.Header.Get("X-Content-Type-Options") == "" && got.Status >= http.StatusBadRequest
}
