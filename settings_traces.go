package main

import (
	"encoding/json"
	"net/url"
	"strings"
)

// The settings of traces that OpenTelemetry has names of its own for.
const (
	tracesEndpoint = environPrefix + "TRACES_ENDPOINT"
	tracesHeaders  = environPrefix + "TRACES_HEADERS"
	tracesService  = environPrefix + "TRACES_SERVICE_NAME"
)

// withStandardTraces adds to the environment, as settings of ours, what OpenTelemetry's own variables say of traces:
// platforms set them for all their programs. Our variables win. Nothing is added where those say that there are to be no
// traces, or in a protocol that this server does not speak.
//
// Source: OpenTelemetry, "OpenTelemetry Protocol Exporter" and "General SDK Configuration".
func withStandardTraces(environ []string) []string {
	given := map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		given[strings.TrimSuffix(name, "_FILE")] = value
	}
	standard := func(name string) string {
		if value := given["OTEL_EXPORTER_OTLP_TRACES_"+name]; value != "" {
			return value
		}
		return given["OTEL_EXPORTER_OTLP_"+name]
	}
	endpoint := given["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]
	if base := given["OTEL_EXPORTER_OTLP_ENDPOINT"]; endpoint == "" && base != "" {
		endpoint = strings.TrimSuffix(base, "/") + "/v1/traces"
	}
	protocol, exporter := standard("PROTOCOL"), given["OTEL_TRACES_EXPORTER"]
	off := strings.EqualFold(given["OTEL_SDK_DISABLED"], "true") || exporter != "" && exporter != "otlp" ||
		protocol != "" && protocol != "http/protobuf"
	if endpoint == "" || off {
		return environ
	}
	for name, value := range map[string]string{
		tracesEndpoint: endpoint, tracesHeaders: standardHeaders(standard("HEADERS")), tracesService: given["OTEL_SERVICE_NAME"],
	} {
		if _, ours := given[name]; !ours && value != "" {
			environ = append(environ[:len(environ):len(environ)], name+"="+value)
		}
	}
	return environ
}

// standardHeaders makes a mapping in JSON of headers as OpenTelemetry writes them, name=value,name=value, with values
// encoded as in URLs.
func standardHeaders(text string) string {
	headers := map[string]string{}
	for entry := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(entry, "=")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		if decoded, err := url.PathUnescape(value); err == nil {
			value = decoded
		}
		headers[strings.TrimSpace(name)] = value
	}
	if len(headers) == 0 {
		return ""
	}
	encoded, _ := json.Marshal(headers) // texts always can be
	return string(encoded)
}
