package tracing

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// defaultPath is where collectors take traces, unless the endpoint names another path.
//
// Source: OTLP specification 1.5, "OTLP/HTTP Request".
const defaultPath = "/v1/traces"

// Config holds the settings of traces.
type Config struct {
	// Endpoint is the URL of the collector. Empty: there are no traces.
	Endpoint string `setting:"TRACES_ENDPOINT" help:"Where traces are sent, by OpenTelemetry's protocol in protobuf over HTTP: the URL of a collector, as in http://127.0.0.1:4318; without a path, /v1/traces. Empty: there are none. See docs/operations.md, which also tells of OTEL_EXPORTER_OTLP_ENDPOINT and its like."`
	// Headers go with everything that is sent there.
	Headers map[string]string `setting:"TRACES_HEADERS" secret:"true" help:"Headers for the collector: a mapping of names to values, such as {Authorization: Bearer …}."`
	// ServiceName is what this server is called in traces.
	ServiceName string `setting:"TRACES_SERVICE_NAME" help:"What this server is called in traces."`
	// Share is how many of the traces that begin here are kept, from 0 to 1.
	Share float64 `setting:"TRACES_SHARE" help:"The share of traces that are kept, from 0 to 1, of those that begin here. Of a trace that a trusted proxy has begun its own decision holds."`
}

// DefaultConfig makes no traces.
func DefaultConfig() Config { return Config{ServiceName: "watchword", Share: 1} }

// On reports whether there are traces.
func (c Config) On() bool { return c.Endpoint != "" }

// Validate returns every fault, each beginning with the setting's name. It repeats no header.
func (c Config) Validate() error {
	var faults []error
	if c.On() {
		faults = append(faults, c.endpointFault())
	}
	for name, value := range c.Headers {
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			faults = append(faults, fmt.Errorf("TRACES_HEADERS: %q and its value are no header", name))
		}
	}
	if c.ServiceName == "" {
		faults = append(faults, errors.New("TRACES_SERVICE_NAME: must not be empty"))
	}
	if !(c.Share >= 0 && c.Share <= 1) { // so that what is no number is refused, too
		faults = append(faults, fmt.Errorf("TRACES_SHARE: must be from 0 to 1, not %v", c.Share))
	}
	return errors.Join(faults...)
}

// endpointFault says what is wrong with Endpoint. It does not repeat it: there may be a password in it.
func (c Config) endpointFault() error {
	u, err := url.Parse(c.Endpoint)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return errors.New("TRACES_ENDPOINT: must be an address like http://127.0.0.1:4318")
	case u.User != nil:
		return errors.New("TRACES_ENDPOINT: must hold no user and password; use TRACES_HEADERS")
	}
	return nil
}

// Plain reports whether traces, and the headers that go with them, travel to another machine without encryption.
func (c Config) Plain() bool {
	u, err := url.Parse(c.Endpoint)
	return err == nil && u.Scheme == "http" && u.Hostname() != "localhost" && !net.ParseIP(u.Hostname()).IsLoopback()
}

// url is where traces are posted.
func (c Config) url() string {
	u, err := url.Parse(c.Endpoint)
	if err == nil && strings.Trim(u.Path, "/") == "" {
		u.Path = defaultPath
		return u.String()
	}
	return c.Endpoint
}

// header is Headers as net/http has them.
func (c Config) header() http.Header {
	h := http.Header{}
	for name, value := range c.Headers {
		h.Set(name, value)
	}
	return h
}
