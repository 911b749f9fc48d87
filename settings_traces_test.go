package main

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/tracing"
)

func TestOpenTelemetrysVariablesSetTraces(t *testing.T) {
	const base, signal = "OTEL_EXPORTER_OTLP_ENDPOINT=", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="
	for name, test := range map[string]struct {
		environ []string
		want    tracing.Config
	}{
		"none":     {nil, tracing.Config{ServiceName: "watchword", Share: 1}},
		"the base": {[]string{base + "http://c:4318/"}, tracing.Config{Endpoint: "http://c:4318/v1/traces", ServiceName: "watchword", Share: 1}},
		"all of them": {[]string{base + "http://c:4318", signal + "http://d:1/x", "OTEL_SERVICE_NAME=login",
			"OTEL_EXPORTER_OTLP_HEADERS=a=b", "OTEL_EXPORTER_OTLP_TRACES_HEADERS=api-key = k%3D%20, x=y=z,nothing",
			"OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf", "OTEL_TRACES_EXPORTER=otlp"},
			tracing.Config{Endpoint: "http://d:1/x", ServiceName: "login", Share: 1, Headers: map[string]string{"api-key": "k= ", "x": "y=z"}}},
		"ours win": {[]string{base + "http://c:4318", "OTEL_SERVICE_NAME=login", "WATCHWORD_TRACES_ENDPOINT=http://e",
			"WATCHWORD_TRACES_SERVICE_NAME=ours", "WATCHWORD_TRACES_SHARE=0.1"},
			tracing.Config{Endpoint: "http://e", ServiceName: "ours", Share: 0.1}},
		"no endpoint": {[]string{"OTEL_SERVICE_NAME=login"}, tracing.Config{ServiceName: "watchword", Share: 1}},
		"switched off": {[]string{base + "http://c:4318", "OTEL_SDK_DISABLED=true"},
			tracing.Config{ServiceName: "watchword", Share: 1}},
		"another exporter": {[]string{base + "http://c:4318", "OTEL_TRACES_EXPORTER=none"},
			tracing.Config{ServiceName: "watchword", Share: 1}},
		"another protocol": {[]string{base + "http://c:4317", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc"},
			tracing.Config{ServiceName: "watchword", Share: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			given := slices.Clone(test.environ)
			loaded, err := loadWith(t, "", test.environ...)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.want, loaded.Traces); d != "" {
				t.Error(d)
			}
			if !slices.Equal(given, test.environ) {
				t.Error("the environment was changed")
			}
		})
	}
}
