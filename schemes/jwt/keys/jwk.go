package keys

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/MicahParks/jwkset"
)

// parseJWK reads a JWK or a JWK Set. Certificates in a JWK (x5c, x5u) are not looked at, and no address is fetched.
func parseJWK(text []byte) ([]material, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, errors.New("the JWK is not valid JSON")
	}
	if set.Keys == nil {
		set.Keys = []json.RawMessage{text}
	}
	found := make([]material, 0, len(set.Keys))
	for _, one := range set.Keys {
		m, err := parseOneJWK(one)
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	if len(found) == 0 {
		return nil, errors.New("the JWK Set is empty")
	}
	return found, nil
}

func parseOneJWK(text json.RawMessage) (material, error) {
	var fields jwkset.JWKMarshal
	if err := json.Unmarshal(text, &fields); err != nil {
		return material{}, errors.New("the JWK has members of the wrong type")
	}
	if fields.KTY == jwkset.KtyOct {
		return material{}, errors.New("this JWK is a shared secret; give secrets as plain text and an HS algorithm")
	}
	fields.X5C, fields.X5U, fields.X5T, fields.X5TS256 = nil, "", "", ""
	parsed, err := jwkset.NewJWKFromMarshal(fields, jwkset.JWKMarshalOptions{Private: true}, jwkset.JWKValidateOptions{})
	if err != nil {
		return material{}, fmt.Errorf("the JWK is damaged or not supported: %w", err)
	}
	m, err := fromKey(parsed.Key())
	if err != nil {
		return material{}, err
	}
	m.id, m.algorithm, m.use = fields.KID, string(fields.ALG), string(fields.USE)
	for _, operation := range fields.KEYOPS {
		m.operations = append(m.operations, string(operation))
	}
	return m, nil
}

// publicJWK returns the public members of a key's JWK.
func publicJWK(public crypto.PublicKey) (jwkset.JWKMarshal, error) {
	k, err := jwkset.NewJWKFromKey(public, jwkset.JWKOptions{})
	if err != nil {
		return jwkset.JWKMarshal{}, fmt.Errorf("keys: %w", err)
	}
	return k.Marshal(), nil
}

// thumbprint names a key after itself: the SHA-256 of its required members in lexical order (RFC 7638 section 3).
func thumbprint(public crypto.PublicKey) (string, error) {
	k, err := publicJWK(public)
	if err != nil {
		return "", err
	}
	var canonical string
	switch k.KTY {
	case jwkset.KtyRSA:
		canonical = fmt.Sprintf(`{"e":%q,"kty":%q,"n":%q}`, k.E, k.KTY, k.N)
	case jwkset.KtyEC:
		canonical = fmt.Sprintf(`{"crv":%q,"kty":%q,"x":%q,"y":%q}`, k.CRV, k.KTY, k.X, k.Y)
	case jwkset.KtyOKP:
		canonical = fmt.Sprintf(`{"crv":%q,"kty":%q,"x":%q}`, k.CRV, k.KTY, k.X)
	default:
		return "", fmt.Errorf("keys: no thumbprint for a key of type %q", k.KTY)
	}
	digest := sha256.Sum256([]byte(canonical))
	return base64.RawURLEncoding.EncodeToString(digest[:]), nil
}

// document is a JWK Set ready to be served.
type document struct {
	json []byte
	etag string
}

// newDocument writes the public keys as a JWK Set, without HMAC secrets.
func newDocument(keys []*Key) (document, error) {
	set := jwkset.JWKSMarshal{Keys: []jwkset.JWKMarshal{}}
	for _, k := range keys {
		if _, secret := k.public.([]byte); secret {
			continue
		}
		fields, err := publicJWK(k.public)
		if err != nil {
			return document{}, err
		}
		fields.KID, fields.ALG, fields.USE = k.id, jwkset.ALG(k.algorithm), jwkset.UseSig
		set.Keys = append(set.Keys, fields)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(set); err != nil {
		return document{}, fmt.Errorf("keys: %w", err)
	}
	digest := sha256.Sum256(text.Bytes())
	return document{json: text.Bytes(), etag: fmt.Sprintf(`"%x"`, digest[:16])}, nil
}
