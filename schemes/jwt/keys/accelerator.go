package keys

import (
	"crypto"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/golang-jwt/jwt/v5"

	"watchword/schemes/jwt/libcrypto"
)

// RSALibrary says what computes RSA signatures.
type RSALibrary string

// What may compute them.
const (
	RSAAuto   RSALibrary = "auto"   // the system's libcrypto if there is one that gives the same as crypto/rsa
	RSAGo     RSALibrary = "go"     // crypto/rsa
	RSASystem RSALibrary = "system" // the system's libcrypto and nothing else
)

// UnmarshalText accepts auto, go and system.
func (l *RSALibrary) UnmarshalText(text []byte) error {
	switch choice := RSALibrary(text); choice {
	case RSAAuto, RSAGo, RSASystem:
		*l = choice
		return nil
	}
	return fmt.Errorf("must be auto, go or system, not %q", text)
}

// Accelerator has the system's libcrypto sign with the RSA keys of a Set and check their signatures. The zero
// Accelerator leaves everything to crypto/rsa. It is safe for concurrent use.
type Accelerator struct {
	library  *libcrypto.Library // nil: crypto/rsa
	required bool
	log      *slog.Logger

	mu    sync.Mutex
	known []accelerated // the keys of the last set
}

// accelerated is a key as it was and as it is now.
type accelerated struct{ from, to *Key }

// NewAccelerator loads the library if choice allows. Without one, RSASystem is an error, and RSAAuto leaves everything to
// crypto/rsa. log hears of keys that the library does not treat as crypto/rsa does.
func NewAccelerator(choice RSALibrary, log *slog.Logger) (*Accelerator, error) {
	a := &Accelerator{required: choice == RSASystem, log: log}
	if choice == RSAGo {
		return a, nil
	}
	library, err := libcrypto.Open()
	if err != nil && a.required {
		return nil, fmt.Errorf("RSA_LIBRARY: %w; use auto or go", err)
	}
	a.library = library
	return a, nil
}

// String names what computes RSA signatures, and its version.
func (a *Accelerator) String() string {
	if a.library == nil {
		return "crypto/rsa"
	}
	return a.library.Version()
}

// Over returns a function that returns the sets of load, with faster keys. It is for NewRing: keys that stay in the set
// are prepared once. A key that the library treats otherwise than crypto/rsa stays as it is, or with RSASystem is an
// error.
func (a *Accelerator) Over(load func() (*Set, error)) func() (*Set, error) {
	if a.library == nil {
		return load
	}
	return func() (*Set, error) {
		set, err := load()
		if err != nil {
			return nil, err
		}
		return a.accelerate(set)
	}
}

// accelerate returns the set with faster keys, and forgets those that are not in it.
func (a *Accelerator) accelerate(set *Set) (*Set, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	faults := []error{}
	known := []accelerated{}
	faster := func(k *Key) *Key {
		to, err := a.faster(k)
		faults, known = append(faults, err), append(known, accelerated{k, to})
		return to
	}
	others := set.verifying
	var signing *Key
	if set.signing != nil {
		signing, others = faster(set.signing), others[1:] // its own verifier comes first
	}
	verifying := make([]*Key, len(others))
	for i, k := range others {
		verifying[i] = faster(k)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	a.known = known
	return NewSet(signing, verifying...)
}

// faster returns k as it computes through the library, if it is an RSA key: from the last set, if it was there.
func (a *Accelerator) faster(k *Key) (*Key, error) {
	for _, known := range a.known {
		if known.from.same(k) {
			return known.to, nil
		}
	}
	system, err := systemKey(a.library, k)
	switch {
	case err == nil:
		faster := *k
		faster.system = system
		return &faster, nil
	case a.required:
		return nil, fmt.Errorf("RSA_LIBRARY: %s and the key %q: %w", a.library.Version(), k.id, err)
	}
	a.log.Warn("crypto/rsa is used for this key, since the system's library does not do the same with it",
		"library", a.library.Version(), "key", k.id, "error", err)
	return k, nil
}

// same reports whether k and other are the same key for the same purpose.
func (k *Key) same(other *Key) bool {
	return k.id == other.id && k.algorithm == other.algorithm && k.CanSign() == other.CanSign() &&
		equal(k.public, other.public)
}

// systemKey gives k to the library; nil if it is no RSA key.
func systemKey(library *libcrypto.Library, k *Key) (*libcrypto.Key, error) {
	if private, ok := k.private.(*rsa.PrivateKey); ok {
		return library.NewKey(private, rsaOptions(k.method))
	}
	if public, ok := k.public.(*rsa.PublicKey); ok {
		return library.NewPublicKey(public, rsaOptions(k.method))
	}
	return nil, nil
}

// rsaOptions says how method uses an RSA key.
func rsaOptions(method jwt.SigningMethod) crypto.SignerOpts {
	switch m := method.(type) {
	case *jwt.SigningMethodRSAPSS:
		return &rsa.PSSOptions{SaltLength: m.Options.SaltLength, Hash: m.Hash}
	case *jwt.SigningMethodRSA:
		return m.Hash
	default:
		return crypto.Hash(0)
	}
}
