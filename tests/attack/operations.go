package attack

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"strconv"
	"strings"
)

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// operations are what may be done to a signed token; each returns the new token.
var operations = map[string]func(f *forgery, arg string) string{
	"pad_payload":        keep, // done before signing
	"pad_header":         keep,
	"payload_unencoded":  keep,
	"strip_sig":          func(f *forgery, _ string) string { return f.header + "." + f.payload + "." },
	"drop_sig_segment":   func(f *forgery, _ string) string { return f.header + "." + f.payload },
	"append":             func(f *forgery, arg string) string { return f.token + arg },
	"prepend":            func(f *forgery, arg string) string { return arg + f.token },
	"replace":            func(_ *forgery, arg string) string { return arg },
	"replace_repeat":     replaceRepeat,
	"noncanonical_last":  func(f *forgery, _ string) string { return NonCanonical(f.token) },
	"std_b64":            func(f *forgery, _ string) string { return strings.NewReplacer("-", "+", "_", "/").Replace(f.token) },
	"insert_sig":         insertSignature,
	"replace_dots":       func(f *forgery, arg string) string { return strings.ReplaceAll(f.token, ".", arg) },
	"sig_zero":           func(f *forgery, arg string) string { return f.join(bytes.Repeat([]byte{0}, number(arg))) },
	"sig_ff":             func(f *forgery, arg string) string { return f.join(bytes.Repeat([]byte{0xff}, number(arg))) },
	"sig_truncate":       func(f *forgery, arg string) string { return f.join(f.signature[:number(arg)]) },
	"sig_prepend_zero":   func(f *forgery, _ string) string { return f.join(append([]byte{0}, f.signature...)) },
	"bitflip_sig":        flipSignature,
	"bitflip_payload":    flipPayload,
	"swap_segments":      func(f *forgery, _ string) string { return f.payload + "." + f.header + "." + signatureOf(f) },
	"quote":              func(f *forgery, _ string) string { return `"` + f.token + `"` },
	"percent_encode":     func(f *forgery, _ string) string { return strings.ReplaceAll(f.token, ".", "%2E") },
	"b64_twice":          func(f *forgery, _ string) string { return encode(f.token) },
	"gzip":               zipped,
	"json_serialization": func(f *forgery, _ string) string { return f.serialization(false) },
	"json_flattened":     func(f *forgery, _ string) string { return f.serialization(true) },
	"sig_from":           otherSignature,
}

func keep(f *forgery, _ string) string { return f.token }

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func signatureOf(f *forgery) string { return encode(string(f.signature)) }

// NonCanonical changes the unused bits in the last letter of a token: other text, the same bytes.
func NonCanonical(token string) string {
	last := strings.IndexByte(alphabet, token[len(token)-1])
	return token[:len(token)-1] + string(alphabet[last^1])
}

func replaceRepeat(_ *forgery, arg string) string {
	i := strings.LastIndexByte(arg, ':')
	return strings.Repeat(arg[:i], number(arg[i+1:]))
}

func insertSignature(f *forgery, arg string) string {
	s := signatureOf(f)
	return f.header + "." + f.payload + "." + s[:10] + arg + s[10:]
}

func flipSignature(f *forgery, _ string) string {
	changed := bytes.Clone(f.signature)
	changed[0] ^= 1
	return f.join(changed)
}

func flipPayload(f *forgery, _ string) string {
	return f.header + "." + encode(strings.Replace(f.rawPayload, "access", "accesr", 1)) + "." + signatureOf(f)
}

func zipped(f *forgery, _ string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(f.token)) // into memory: it cannot fail
	_ = w.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// otherSignature puts the server's signature of another text under the token.
func otherSignature(f *forgery, _ string) string {
	signature, err := signRSA(f.keys.server, "RS256", "x")
	if err != nil {
		return err.Error()
	}
	return f.join(signature)
}
