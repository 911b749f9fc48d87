package libcrypto

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"runtime"
)

// ErrSignature says that a signature is not the key's.
var ErrSignature = errors.New("libcrypto: wrong signature")

// errCall says that the library could not do what it was asked to.
var errCall = errors.New("libcrypto: the library has failed")

// Key is an RSA key, or its public half, with one padding and one hash. It computes on as many threads as there are
// processors; who asks meanwhile waits. It is safe for concurrent use. Its copy in the library is erased when nobody
// refers to the Key any more.
type Key struct {
	lib      *Library
	hash     crypto.Hash
	size     int          // of signatures, in bytes
	signers  chan uintptr // contexts that are ready to sign, each for one caller at a time; nil: a public key
	checkers chan uintptr // the same for verifying
}

// NewKey returns the key of private for signatures as opts says: PKCS #1 v1.5 with a crypto.Hash, or PSS with an
// *rsa.PSSOptions whose salt is as long as its hash (RFC 7518 section 3.5); then, as with crypto/rsa's
// PSSSaltLengthAuto, signatures with salts of other lengths are good, too. private must be valid. A signature is made and
// compared with crypto/rsa's before the key is returned.
func (l *Library) NewKey(private *rsa.PrivateKey, opts crypto.SignerOpts) (*Key, error) {
	der := x509.MarshalPKCS1PrivateKey(private)
	defer clear(der)
	k, err := l.newKey(der, l.calls.decodePrivate, opts, private.Size(), true)
	if err != nil {
		return nil, err
	}
	if err := k.prove(private, opts); err != nil {
		return nil, err
	}
	return k, nil
}

// NewPublicKey is NewKey for a key that only verifies. There is no signature of it yet to try the library with.
func (l *Library) NewPublicKey(public *rsa.PublicKey, opts crypto.SignerOpts) (*Key, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("libcrypto: %w", err)
	}
	return l.newKey(der, l.calls.decodePublic, opts, public.Size(), false)
}

func (l *Library) newKey(der []byte, decode decoder, opts crypto.SignerOpts, size int, signs bool) (*Key, error) {
	held, err := l.hold(der, decode)
	if err != nil {
		return nil, err
	}
	k := &Key{lib: l, hash: opts.HashFunc(), size: size}
	runtime.AddCleanup(k, (*holding).free, held)
	if k.checkers, err = held.contexts(l.calls.beginVerify, opts, "auto"); err != nil || !signs {
		return k, err
	}
	k.signers, err = held.contexts(l.calls.beginSign, opts, "digest")
	return k, err
}

// Sign returns the signature of message. A public key must not be asked for one.
func (k *Key) Sign(message []byte) ([]byte, error) {
	digest, signature, size := k.digest(message), make([]byte, k.size), k.size
	ctx := <-k.signers
	ok := k.lib.calls.sign(ctx, &signature[0], &size, &digest[0], len(digest))
	k.signers <- ctx
	runtime.KeepAlive(k)
	if ok != 1 || size != k.size {
		return nil, errCall
	}
	return signature, nil
}

// Verify returns nil if signature is the key's signature of message, and ErrSignature otherwise.
func (k *Key) Verify(message, signature []byte) error {
	if len(signature) != k.size {
		return ErrSignature
	}
	digest := k.digest(message)
	ctx := <-k.checkers
	ok := k.lib.calls.verify(ctx, &signature[0], len(signature), &digest[0], len(digest))
	k.checkers <- ctx
	runtime.KeepAlive(k)
	if ok != 1 {
		return ErrSignature
	}
	return nil
}

func (k *Key) digest(message []byte) []byte {
	h := k.hash.New()
	_, _ = h.Write(message) // never fails
	return h.Sum(nil)
}

// prove compares the library with crypto/rsa on one message.
func (k *Key) prove(private *rsa.PrivateKey, opts crypto.SignerOpts) error {
	message := []byte("Whoever signs this also signs tokens.")
	digest := k.digest(message)
	want, err := private.Sign(rand.Reader, digest, opts)
	if err != nil {
		return fmt.Errorf("libcrypto: crypto/rsa does not sign with this key: %w", err)
	}
	got, err := k.Sign(message)
	if err != nil {
		return err
	}
	pss, random := opts.(*rsa.PSSOptions)
	switch {
	case random && rsa.VerifyPSS(&private.PublicKey, k.hash, digest, got, pss) != nil, !random && !bytes.Equal(got, want):
		return errors.New("libcrypto: signs something else than crypto/rsa")
	case k.Verify(message, want) != nil, k.Verify(message, got) != nil:
		return errors.New("libcrypto: refuses a good signature")
	}
	want[len(want)/2] ^= 1
	if k.Verify(message, want) == nil || k.Verify(message[1:], got) == nil {
		return errors.New("libcrypto: takes a wrong signature")
	}
	return nil
}
