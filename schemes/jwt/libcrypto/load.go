//go:build cgo && linux && (amd64 || arm64)

package libcrypto

import (
	"errors"
	"fmt"

	"github.com/ebitengine/purego"
)

// load finds a libcrypto as the system's loader does, the newest first.
func load() (calls, error) {
	var faults []error
	for _, name := range []string{"libcrypto.so.3", "libcrypto.so.1.1"} {
		handle, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL)
		if err == nil {
			return bind(handle)
		}
		faults = append(faults, err)
	}
	return calls{}, errors.Join(faults...)
}

// bind finds the functions in a library that is loaded.
func bind(handle uintptr) (calls, error) {
	var c calls
	for name, function := range map[string]any{
		"OpenSSL_version":       &c.version,
		"d2i_AutoPrivateKey":    &c.decodePrivate,
		"d2i_PUBKEY":            &c.decodePublic,
		"EVP_PKEY_free":         &c.freeKey,
		"EVP_PKEY_CTX_new":      &c.newContext,
		"EVP_PKEY_CTX_free":     &c.freeContext,
		"EVP_PKEY_CTX_ctrl_str": &c.set,
		"EVP_PKEY_sign_init":    &c.beginSign,
		"EVP_PKEY_sign":         &c.sign,
		"EVP_PKEY_verify_init":  &c.beginVerify,
		"EVP_PKEY_verify":       &c.verify,
	} {
		address, err := purego.Dlsym(handle, name)
		if err != nil {
			return calls{}, fmt.Errorf("it has no %s: %w", name, err)
		}
		purego.RegisterFunc(function, address)
	}
	return c, nil
}
