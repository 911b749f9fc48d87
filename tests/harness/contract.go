package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"watchword/tests/contract"
)

// contracts are those of all servers of the process.
var contracts contract.Cache

// maxFaults is how many faults of answers one server is told of.
const maxFaults = 20

// Check judges an answer. What is wrong with it fails the test when the server is stopped, whoever asked.
func (s *Server) Check(a contract.Answer) {
	if err := s.Judge(a); err != nil {
		s.note(err.Error())
	}
}

// Judge compares an answer with the description that the server gives of itself. It finds nothing where there is none,
// and where the path is not in it.
func (s *Server) Judge(a contract.Answer) error {
	described := s.contract()
	if described == nil {
		return nil
	}
	return described.Check(a)
}

// contract returns what the server says of itself, which is read when it is first needed and not known from another
// server with the same settings; nil where there is none to be had.
func (s *Server) contract() *contract.Contract {
	s.describing.Lock()
	defer s.describing.Unlock()
	if s.described != nil || s.undescribed {
		return s.described
	}
	described, err := contracts.Get(s.settings, s.describe)
	var unreachable *url.Error
	switch {
	case errors.Is(err, errNotDescribed):
		s.undescribed = true // the settings want it so
	case errors.As(err, &unreachable):
		return nil // on its way up or down; there will be other answers
	case err != nil:
		s.undescribed = true
		s.faults = append(s.faults, err.Error())
	}
	s.described = described
	return described
}

// errNotDescribed says that a server does not describe itself.
var errNotDescribed = errors.New("there is no description")

// describe reads the description.
func (s *Server) describe() ([]byte, error) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.URL+"/openapi.json", nil)
	if err != nil {
		return nil, err
	}
	response, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	document, err := io.ReadAll(response.Body)
	switch {
	case response.StatusCode == http.StatusNotFound:
		return nil, errNotDescribed
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the description = %d %.300s", response.StatusCode, document)
	}
	return document, err
}

// note keeps a fault, once.
func (s *Server) note(fault string) {
	s.describing.Lock()
	defer s.describing.Unlock()
	if len(s.faults) < maxFaults && !slices.Contains(s.faults, fault) {
		s.faults = append(s.faults, fault)
	}
}

// reportFaults fails the test for what Check has found.
func (s *Server) reportFaults(t testing.TB) {
	t.Helper()
	s.describing.Lock()
	defer s.describing.Unlock()
	for _, fault := range s.faults {
		t.Errorf("an answer is not as %s/openapi.json describes it: %s", s.URL, fault)
	}
}
