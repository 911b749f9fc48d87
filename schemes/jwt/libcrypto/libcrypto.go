// Package libcrypto signs with RSA, and checks such signatures, through the OpenSSL library that the system has: on
// processors with wide vectors it is three to four times as fast as crypto/rsa, with the same result.
//
// The library is loaded while the program runs. Nothing of OpenSSL is needed to build, and a program that finds no
// library runs all the same: Open then returns an error that is ErrUnavailable. So it does in programs built without cgo,
// which are static and can load nothing, and everywhere but on Linux for amd64 and arm64.
//
// No key pair is used before a signature made with it has been compared with crypto/rsa's. Like crypto/rsa, OpenSSL
// blinds private operations, so that their duration says nothing, and checks the result before it gives it away, so that
// a fault of the processor does not reveal the key.
//
// Source: OpenSSL 1.1.1 and 3, EVP_PKEY_sign(3) and EVP_PKEY_verify(3); RFC 8017 section 8.
package libcrypto

import (
	"errors"
	"fmt"
)

// ErrUnavailable says that there is no libcrypto, or that this program cannot load one.
var ErrUnavailable = errors.New("libcrypto: not available")

// calls are the functions of libcrypto that are used, with Go's types in the place of C's. They return 1, or a pointer
// that is not 0, when they succeed. All are the same in OpenSSL 1.1.1 and 3.
type calls struct {
	version       func(what int32) string
	decodePrivate func(into uintptr, der **byte, length int) (key uintptr)
	decodePublic  func(into uintptr, der **byte, length int) (key uintptr)
	freeKey       func(key uintptr)

	newContext  func(key, engine uintptr) (ctx uintptr)
	set         func(ctx uintptr, name, value string) int32
	freeContext func(ctx uintptr)

	beginSign   func(ctx uintptr) int32
	sign        func(ctx uintptr, signature *byte, size *int, digest *byte, length int) int32
	beginVerify func(ctx uintptr) int32
	verify      func(ctx uintptr, signature *byte, size int, digest *byte, length int) int32
}

// Library is a libcrypto that is loaded. It stays so until the program ends. It is safe for concurrent use.
type Library struct {
	calls   calls
	version string
}

// Open loads the system's libcrypto: that of OpenSSL 3, else that of 1.1.1. The error is ErrUnavailable and says why.
func Open() (*Library, error) {
	found, err := load()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return &Library{calls: found, version: found.version(0)}, nil
}

// Version is the library's name and version as it gives it, such as "OpenSSL 3.0.19 27 Jan 2026".
func (l *Library) Version() string { return l.version }
