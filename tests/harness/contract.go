package harness

import (
	"context"
	"fmt"
	"io"
	"net/http"
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

// contract reads the description when it is first needed; nil where there is none to be had.
func (s *Server) contract() *contract.Contract {
	s.describing.Lock()
	defer s.describing.Unlock()
	if s.described != nil || s.undescribed {
		return s.described
	}
	status, document, err := s.describe()
	switch {
	case err != nil:
		return nil // the server is on its way up or down; there will be other answers
	case status == http.StatusNotFound:
		s.undescribed = true // the settings want it so
		return nil
	case status != http.StatusOK:
		err = fmt.Errorf("the description = %d %.300s", status, document)
	default:
		s.described, err = contracts.Read(document)
	}
	if err != nil {
		s.undescribed = true
		s.faults = append(s.faults, err.Error())
	}
	return s.described
}

// describe reads the description.
func (s *Server) describe() (status int, document []byte, err error) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.URL+"/openapi.json", nil)
	if err != nil {
		return 0, nil, err
	}
	response, err := s.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	document, err = io.ReadAll(response.Body)
	return response.StatusCode, document, err
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
