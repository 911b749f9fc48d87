package harness

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"watchword/tests/contract"
)

// Observed returns another address of the server, for programs that are not ours, such as browsers: every answer that
// goes to it is checked as [Server.Check] does. It passes requests on as they are, and lives as long as the test.
func (s *Server) Observed(t testing.TB) (address string) {
	t.Helper()
	target := &url.URL{Scheme: "http", Host: s.Host}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
		},
		Transport:      s.client.Transport,
		ModifyResponse: s.observe,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { // browsers go away in the middle
			w.WriteHeader(http.StatusBadGateway)
		},
	}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	return front.URL
}

// observe checks an answer and leaves it as it was.
func (s *Server) observe(response *http.Response) error {
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if err := response.Body.Close(); err != nil {
		return err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	r := response.Request
	s.Check(contract.Answer{Method: r.Method, Path: r.URL.RequestURI(), Status: response.StatusCode, Header: response.Header, Body: body})
	return nil
}
