package dialects

import (
	"net/http"
	"strings"
)

// The parts of a traceparent: version, trace, parent and flags, in digits.
const (
	versionDigits = 2
	traceDigits   = 32
	parentDigits  = 16
	flagDigits    = 2

	traceparentLength = versionDigits + 1 + traceDigits + 1 + parentDigits + 1 + flagDigits
)

// traceID returns the id of the trace that a request belongs to; "" where it names none, or not in the form that the
// specification demands, so that whatever a client sends does no harm in a log.
//
// Source: W3C Trace Context, level 1, sections 3.2 and 4.3 (https://www.w3.org/TR/trace-context-1/).
func traceID(h http.Header) string {
	values := h["Traceparent"]
	if len(values) != 1 || len(values[0]) < traceparentLength {
		return ""
	}
	text := values[0]
	version, rest := text[:versionDigits], text[versionDigits:traceparentLength]
	trace, parent, flags := rest[1:1+traceDigits], rest[2+traceDigits:2+traceDigits+parentDigits], rest[len(rest)-flagDigits:]
	dashes := rest[0] == '-' && rest[1+traceDigits] == '-' && rest[len(rest)-flagDigits-1] == '-'
	if !dashes || !hexadecimal(version) || !hexadecimal(trace) || !hexadecimal(parent) || !hexadecimal(flags) {
		return ""
	}
	if version == "ff" || strings.Trim(trace, "0") == "" || strings.Trim(parent, "0") == "" {
		return ""
	}
	if tail := text[traceparentLength:]; tail != "" && (version == "00" || tail[0] != '-') {
		return "" // a later version may say more
	}
	return trace
}

// hexadecimal reports whether text is digits in small letters.
func hexadecimal(text string) bool { return strings.Trim(text, "0123456789abcdef") == "" }
