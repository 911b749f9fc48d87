package libcrypto

import (
	"crypto"
	"crypto/rsa"
	"fmt"
	"runtime"
)

// holding is what the library keeps for a Key: memory that Go does not collect.
type holding struct {
	calls *calls
	key   uintptr
	made  []uintptr // contexts
}

// decoder is a function that reads a key.
type decoder func(into uintptr, der **byte, length int) (key uintptr)

// hold gives the library the key in der.
func (l *Library) hold(der []byte, decode decoder) (*holding, error) {
	next := &der[0] // the library moves it to the end of what it has read
	key := decode(0, &next, len(der))
	if key == 0 {
		return nil, errCall
	}
	return &holding{calls: &l.calls, key: key}, nil
}

// contexts makes a context for each processor. begin says what they are for, salt how long the salt of PSS is.
func (h *holding) contexts(begin func(uintptr) int32, opts crypto.SignerOpts, salt string) (chan uintptr, error) {
	settings, err := settings(opts, salt)
	if err != nil {
		return nil, err
	}
	n := runtime.NumCPU()
	pool := make(chan uintptr, n)
	for range n {
		ctx := h.calls.newContext(h.key, 0)
		if ctx == 0 {
			return nil, errCall
		}
		h.made = append(h.made, ctx)
		if begin(ctx) != 1 {
			return nil, errCall
		}
		for _, s := range settings {
			if h.calls.set(ctx, s.name, s.value) != 1 {
				return nil, errCall
			}
		}
		pool <- ctx
	}
	return pool, nil
}

// setting is a setting of a context.
type setting struct{ name, value string }

// settings returns opts in the library's words, in the order in which it wants them.
func settings(opts crypto.SignerOpts, salt string) ([]setting, error) {
	digest, err := digestName(opts.HashFunc())
	if err != nil {
		return nil, err
	}
	pss, ok := opts.(*rsa.PSSOptions)
	switch {
	case !ok:
		return []setting{{"rsa_padding_mode", "pkcs1"}, {"digest", digest}}, nil
	case pss.SaltLength != rsa.PSSSaltLengthEqualsHash:
		return nil, fmt.Errorf("libcrypto: no salts of length %d", pss.SaltLength)
	}
	return []setting{{"rsa_padding_mode", "pss"}, {"digest", digest}, {"rsa_pss_saltlen", salt}}, nil
}

// digestName is the library's name of a hash.
func digestName(hash crypto.Hash) (string, error) {
	switch hash {
	case crypto.SHA256:
		return "SHA256", nil
	case crypto.SHA384:
		return "SHA384", nil
	case crypto.SHA512:
		return "SHA512", nil
	default:
		return "", fmt.Errorf("libcrypto: no signatures with the hash %v", hash)
	}
}

// free gives everything back. The library erases private keys.
func (h *holding) free() {
	for _, ctx := range h.made {
		h.calls.freeContext(ctx)
	}
	h.calls.freeKey(h.key)
}
