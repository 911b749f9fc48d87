package main

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestMetricsAreToldOnTheirOwnListener logs in, and looks at what is told of it.
func TestMetricsAreToldOnTheirOwnListener(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0") // taken and given back, for the setting needs a number
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	w := newWorkplace(t)
	s := w.serve(t, "WATCHWORD_REGISTRATION_ENABLED=true", "WATCHWORD_METRICS_LISTEN="+address)
	account := url.Values{"username": {"ana"}, "password": {goodPassword}}
	if status, body := s.do(t, http.MethodPost, "/auth/register/", "", account); status != 201 {
		t.Fatalf("register = %d %v", status, body)
	}
	s.do(t, http.MethodPost, "/auth/login/", "", account)
	s.do(t, http.MethodPost, "/auth/login/", "", url.Values{"username": {"ana"}, "password": {"wrong"}})
	s.do(t, http.MethodGet, "/auth/nothing-of-ours/", "", nil)
	if status, _ := s.do(t, http.MethodGet, "/metrics", "", nil); status != http.StatusNotFound {
		t.Errorf("/metrics where everybody can ask = %d, want 404", status)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	told, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`watchword_requests_total{route="/auth/login/",method="POST",status="200"} 1`,
		`watchword_requests_total{route="(none)",method="GET",status="404"} 2`,
		`watchword_logins_total{route="/auth/login/",scheme="authtoken",result="ok"} 1`,
		`watchword_logins_total{route="/auth/login/",scheme="",result="refused"} 1`,
		`watchword_account_events_total{event="registered"} 1`,
		`watchword_mail_queue_messages 0`, `watchword_webhook_queue_messages 0`, `watchword_database_up 1`,
		`watchword_hashes_refused_total 0`, `watchword_table_rows{table="auth_user"} 1`, `process_resident_memory_bytes `,
	} {
		if !strings.Contains(string(told), want) {
			t.Errorf("%q is not in\n%s", want, told)
		}
	}
	if strings.Contains(string(told), "nothing-of-ours") || strings.Contains(string(told), "ana") {
		t.Errorf("it tells what clients have sent:\n%s", told)
	}
}

func TestMetricsSettingFaults(t *testing.T) {
	for listen, fault := range map[string]bool{"": false, "127.0.0.1:9464": false, "9464": true, "127.0.0.1:8000": true} {
		if err := (metricsConfig{Listen: listen}).validate("127.0.0.1:8000"); (err != nil) != fault {
			t.Errorf("METRICS_LISTEN %q: %v, want a fault: %v", listen, err, fault)
		}
	}
}
