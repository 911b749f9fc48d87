package signing

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// maxInflated bounds what a compressed value may unfold to, in bytes. A session is a few hundred.
const maxInflated = 64 << 10

// Dumps returns the signed JSON of v. What encoding/json accepts, v may be; a json.RawMessage or a struct keeps the
// order of its keys, as Python's dict does. Numbers with a fraction are written as Go writes them.
//
// Source: Django, django.core.signing.dumps.
func (s *Signer) Dumps(v any) (string, error) {
	data, err := marshalPython(v)
	if err != nil {
		return "", err
	}
	return s.Sign(EncodeBase64(data)), nil
}

// DumpsCompressed is Dumps with compress=True: the JSON is deflated where that makes it shorter, and a dot in front of
// the value says so. The bytes depend on the implementation of zlib; every implementation reads them.
func (s *Signer) DumpsCompressed(v any) (string, error) {
	data, err := marshalPython(v)
	if err != nil {
		return "", err
	}
	deflated, err := deflate(data)
	if err != nil {
		return "", err
	}
	if len(deflated) < len(data)-1 {
		return s.Sign("." + EncodeBase64(deflated)), nil
	}
	return s.Sign(EncodeBase64(data)), nil
}

// Loads reads what Dumps or DumpsCompressed wrote into dst, a pointer as for json.Unmarshal. The error is
// ErrBadSignature, or ErrMalformed for a genuine value that is not JSON, does not fit dst, or unfolds to more than
// 64 KiB. How old it is does not matter; see LoadsWithin.
//
// Source: Django, django.core.signing.loads.
func (s *Signer) Loads(signed string, dst any) error {
	_, err := s.LoadsStamped(signed, dst)
	return err
}

// LoadsStamped is Loads, and returns when the value was signed, to the second.
func (s *Signer) LoadsStamped(signed string, dst any) (at time.Time, err error) {
	value, at, err := s.Unsign(signed)
	if err != nil {
		return time.Time{}, err
	}
	return at, s.decodeObject(value, dst)
}

// LoadsWithin is Loads for values that end: older than maxAge is ErrExpired.
func (s *Signer) LoadsWithin(signed string, maxAge time.Duration, dst any) error {
	value, err := s.UnsignWithin(signed, maxAge)
	if err != nil {
		return err
	}
	return s.decodeObject(value, dst)
}

// decodeObject undoes base64, deflate and JSON.
func (s *Signer) decodeObject(value string, dst any) error {
	text, compressed := strings.CutPrefix(value, ".")
	data, err := DecodeBase64(text)
	if err != nil {
		return err
	}
	if compressed {
		if data, err = s.inflate(data); err != nil {
			return err
		}
	}
	unmarshal := func(data []byte) error { return json.Unmarshal(data, dst) }
	if members, ok := dst.(*Members); ok {
		unmarshal = members.unmarshal
	}
	if err := unmarshal(data); err != nil {
		return fmt.Errorf("%w: JSON", ErrMalformed) // the cause may quote the value
	}
	return nil
}

func deflate(data []byte) ([]byte, error) {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (s *Signer) inflate(data []byte) ([]byte, error) {
	r, err := s.inflater(data)
	if err != nil {
		return nil, fmt.Errorf("%w: zlib", ErrMalformed)
	}
	defer s.inflaters.Put(r)
	out, err := io.ReadAll(io.LimitReader(r, maxInflated+1))
	if err != nil {
		return nil, fmt.Errorf("%w: zlib", ErrMalformed)
	}
	if len(out) > maxInflated {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrMalformed, maxInflated)
	}
	return out, nil
}

// inflater returns a reader of what is deflated in data, one that was used before if there is one.
func (s *Signer) inflater(data []byte) (io.ReadCloser, error) {
	if r, ok := s.inflaters.Get().(zlib.Resetter); ok {
		if err := r.Reset(bytes.NewReader(data), nil); err != nil {
			return nil, err
		}
		return r.(io.ReadCloser), nil // zlib says that its readers are both
	}
	return zlib.NewReader(bytes.NewReader(data))
}
