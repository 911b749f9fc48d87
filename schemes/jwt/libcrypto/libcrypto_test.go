package libcrypto

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"math/big"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"watchword/tests/harness"
)

// open loads the library of this machine.
func open(t testing.TB) *Library {
	t.Helper()
	library, err := Open()
	if err != nil {
		harness.Missing(t, err.Error())
	}
	return library
}

// pairs makes key pairs once for all tests: of the usual size, of one that is no power of two, and of the next usual.
var pairs = sync.OnceValue(func() []*rsa.PrivateKey {
	made := make([]*rsa.PrivateKey, 3)
	var all sync.WaitGroup
	for i, bits := range []int{2048, 2056, 3072} {
		all.Go(func() { made[i], _ = rsa.GenerateKey(rand.Reader, bits) })
	}
	all.Wait()
	return made
})

func pair(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	if pairs()[0] == nil {
		t.Fatal("no key was made")
	}
	return pairs()[0]
}

func newKey(t testing.TB, l *Library, private *rsa.PrivateKey, opts crypto.SignerOpts) *Key {
	t.Helper()
	k, err := l.NewKey(private, opts)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// hashed returns the digest of message.
func hashed(hash crypto.Hash, message []byte) []byte {
	h := hash.New()
	h.Write(message)
	return h.Sum(nil)
}

var hashes = []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512}

func TestVersionNamesTheLibrary(t *testing.T) {
	if got := open(t).Version(); !strings.HasPrefix(got, "OpenSSL ") {
		t.Errorf("got %q", got)
	}
}

func TestSignaturesAreThoseOfCryptoRSA(t *testing.T) {
	library := open(t)
	for _, private := range pairs() {
		for _, hash := range hashes {
			t.Run(fmt.Sprint(private.N.BitLen(), " ", hash), func(t *testing.T) {
				k := newKey(t, library, private, hash)
				public, err := library.NewPublicKey(&private.PublicKey, hash)
				if err != nil {
					t.Fatal(err)
				}
				for i := range 20 {
					message := []byte(strings.Repeat(rand.Text(), i))
					want, err := rsa.SignPKCS1v15(nil, private, hash, hashed(hash, message))
					if err != nil {
						t.Fatal(err)
					}
					got, err := k.Sign(message)
					if err != nil || !bytes.Equal(got, want) {
						t.Errorf("got %x, %v, want %x", got, err, want)
					}
					if k.Verify(message, want) != nil || public.Verify(message, want) != nil {
						t.Error("a good signature is refused")
					}
				}
			})
		}
	}
}

func TestSignaturesByPSSAreTakenByEitherFromEither(t *testing.T) {
	library, private := open(t), pair(t)
	message := []byte("header.payload")
	for _, hash := range hashes {
		own := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}
		k := newKey(t, library, private, own)
		got, err := k.Sign(message)
		if err != nil {
			t.Fatal(err)
		}
		if err := rsa.VerifyPSS(&private.PublicKey, hash, hashed(hash, message), got, own); err != nil {
			t.Errorf("%v: crypto/rsa refuses it: %v", hash, err)
		}
		for _, salt := range []int{1, hash.Size(), 48, private.Size() - hash.Size() - 2} {
			signature, err := rsa.SignPSS(rand.Reader, private, hash, hashed(hash, message), &rsa.PSSOptions{SaltLength: salt})
			if err != nil {
				t.Fatal(err)
			}
			if err := k.Verify(message, signature); err != nil {
				t.Errorf("%v: a salt of %d bytes is refused: %v", hash, salt, err)
			}
		}
	}
}

func TestOtherHashesAndSaltsGetNoKey(t *testing.T) {
	library, private := open(t), pair(t)
	for _, opts := range []crypto.SignerOpts{
		crypto.Hash(0), crypto.SHA1, crypto.MD5SHA1,
		&rsa.PSSOptions{Hash: crypto.SHA256, SaltLength: rsa.PSSSaltLengthAuto},
		&rsa.PSSOptions{Hash: crypto.SHA256, SaltLength: 20},
	} {
		if _, err := library.NewKey(private, opts); err == nil {
			t.Errorf("%v: a key was made", opts)
		}
	}
}

// TestWrongSignaturesAreRefusedAsByCryptoRSA makes, with the private key itself, signatures over encodings that are
// nearly right, and numbers that are no signatures at all.
func TestWrongSignaturesAreRefusedAsByCryptoRSA(t *testing.T) {
	library, private := open(t), pair(t)
	k := newKey(t, library, private, crypto.SHA256)
	message := []byte("header.payload")
	for name, signature := range wrongSignatures(private, message) {
		digest := hashed(crypto.SHA256, message)
		want := rsa.VerifyPKCS1v15(&private.PublicKey, crypto.SHA256, digest, signature) == nil
		if got := k.Verify(message, signature) == nil; got != want || got != (name == "right") {
			t.Errorf("%s: taken: got %v, crypto/rsa %v", name, got, want)
		}
	}
}

// wrongSignatures returns signatures by what is wrong with them, and a right one.
func wrongSignatures(private *rsa.PrivateKey, message []byte) map[string][]byte {
	size := private.Size()
	digest := hashed(crypto.SHA256, message)
	const info = "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
	padded := func(kind byte, filler byte, tail string) []byte {
		em := append([]byte{0, kind}, bytes.Repeat([]byte{filler}, size-3-len(tail))...)
		return append(append(em, 0), tail...)
	}
	signed := func(em []byte) []byte {
		s := new(big.Int).Exp(new(big.Int).SetBytes(em), private.D, private.N)
		return s.FillBytes(make([]byte, size))
	}
	der := info + string(digest)
	right := signed(padded(1, 0xff, der))
	number := new(big.Int).SetBytes(right)
	long := strings.Replace(der, "\x31", "\x81\x31", 1)
	short := append([]byte{0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 0}, der...)
	return map[string][]byte{
		"right": right, "nothing": nil, "empty": {}, "one byte": {1}, "one byte short": right[1:],
		"a byte more": append([]byte{0}, right...), "a byte after": append(bytes.Clone(right), 0),
		"zero": make([]byte, size), "one": big.NewInt(1).FillBytes(make([]byte, size)),
		"the modulus": private.N.Bytes(), "one less": new(big.Int).Sub(private.N, big.NewInt(1)).Bytes(),
		"beyond the modulus": new(big.Int).Add(number, private.N).FillBytes(make([]byte, size+1))[1:],
		"all ones":           bytes.Repeat([]byte{0xff}, size),
		"padding of type 2":  signed(padded(2, 0xff, der)), "padding of type 0": signed(padded(0, 0, der)),
		"a filler of zeros": signed(padded(1, 0, der)), "no NULL": signed(padded(1, 0xff, strings.Replace(
			strings.Replace(strings.Replace(der, "\x31", "\x2f", 1), "\x30\x0d", "\x30\x0b", 1), "\x05\x00", "", 1))),
		"a length in long form": signed(padded(1, 0xff, long)),
		"garbage after":         signed(append(short, make([]byte, size-len(short))...)),
		"another hash":          signed(padded(1, 0xff, strings.Replace(der, "\x02\x01\x05", "\x02\x03\x05", 1))),
		"a bare digest":         signed(padded(1, 0xff, string(digest))),
		"another digest":        signed(padded(1, 0xff, info+string(make([]byte, sha256.Size)))),
	}
}

func TestASignatureIsGoodForItsKeyAndMessageAlone(t *testing.T) {
	library := open(t)
	first, second := newKey(t, library, pairs()[0], crypto.SHA256), newKey(t, library, pairs()[1], crypto.SHA256)
	signature, err := first.Sign([]byte("one"))
	if err != nil {
		t.Fatal(err)
	}
	if first.Verify([]byte("two"), signature) == nil || second.Verify([]byte("one"), signature) == nil ||
		second.Verify([]byte("one"), append(signature, 0)) == nil {
		t.Error("a wrong signature is taken")
	}
	if err := first.Verify([]byte("one"), signature); err != nil {
		t.Errorf("after wrong ones a good signature is refused: %v", err)
	}
}

// TestALibraryThatComputesOtherwiseGetsNoKey breaks the library in one way after the other.
func TestALibraryThatComputesOtherwiseGetsNoKey(t *testing.T) {
	good := open(t).calls
	for name, broken := range map[string]func(c *calls){
		"signs something else": func(c *calls) {
			c.sign = func(ctx uintptr, s *byte, size *int, digest *byte, length int) int32 {
				ok := good.sign(ctx, s, size, digest, length)
				*s ^= 1
				return ok
			}
		},
		"fails to sign":      func(c *calls) { c.sign = func(uintptr, *byte, *int, *byte, int) int32 { return 0 } },
		"takes everything":   func(c *calls) { c.verify = func(uintptr, *byte, int, *byte, int) int32 { return 1 } },
		"takes nothing":      func(c *calls) { c.verify = func(uintptr, *byte, int, *byte, int) int32 { return 0 } },
		"fails to verify":    func(c *calls) { c.verify = func(uintptr, *byte, int, *byte, int) int32 { return -1 } },
		"reads no keys":      func(c *calls) { c.decodePrivate = func(uintptr, **byte, int) uintptr { return 0 } },
		"has no memory":      func(c *calls) { c.newContext = func(_, _ uintptr) uintptr { return 0 } },
		"knows no signing":   func(c *calls) { c.beginSign = func(uintptr) int32 { return -2 } },
		"knows no verifying": func(c *calls) { c.beginVerify = func(uintptr) int32 { return -2 } },
		"knows no setting":   func(c *calls) { c.set = func(uintptr, string, string) int32 { return -2 } },
	} {
		for _, opts := range []crypto.SignerOpts{
			crypto.SHA256, &rsa.PSSOptions{Hash: crypto.SHA256, SaltLength: rsa.PSSSaltLengthEqualsHash},
		} {
			library := &Library{calls: good}
			broken(&library.calls)
			if _, err := library.NewKey(pair(t), opts); err == nil {
				t.Errorf("%s: a key was made", name)
			}
		}
	}
}

func TestManyUseOneKeyAtOnce(t *testing.T) {
	k := newKey(t, open(t), pair(t), crypto.SHA256)
	want, err := k.Sign([]byte("header.payload"))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			for range 5 {
				got, err := k.Sign([]byte("header.payload"))
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("got %x, %v", got, err)
				}
				if k.Verify([]byte("header.payload"), got) != nil || k.Verify([]byte("header.other"), got) == nil {
					t.Error("wrongly verified")
				}
			}
		})
	}
	all.Wait()
}

func TestKeysThatNobodyUsesAreErased(t *testing.T) {
	library := open(t)
	var contexts, keys atomic.Int64
	library.calls = counting(library.calls, &contexts, &keys)
	for range 20 {
		k := newKey(t, library, pair(t), crypto.SHA256)
		if _, err := k.Sign([]byte("header.payload")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := library.NewKey(pair(t), crypto.SHA1); err == nil {
		t.Error("a key for SHA-1 was made")
	}
	for contexts.Load()+keys.Load() > 0 { // ends, or the test times out
		runtime.GC()
		runtime.Gosched()
	}
}

// counting counts the contexts and the keys that exist.
func counting(c calls, contexts, keys *atomic.Int64) calls {
	counted := c
	counted.decodePrivate = func(into uintptr, der **byte, length int) uintptr {
		keys.Add(1)
		return c.decodePrivate(into, der, length)
	}
	counted.freeKey = func(key uintptr) { c.freeKey(key); keys.Add(-1) }
	counted.newContext = func(key, engine uintptr) uintptr { contexts.Add(1); return c.newContext(key, engine) }
	counted.freeContext = func(ctx uintptr) { c.freeContext(ctx); contexts.Add(-1) }
	return counted
}

func Benchmark(b *testing.B) {
	k, private := newKey(b, open(b), pair(b), crypto.SHA256), pair(b)
	message := []byte("header.payload")
	digest := hashed(crypto.SHA256, message)
	signature, err := k.Sign(message)
	if err != nil {
		b.Fatal(err)
	}
	for name, operation := range map[string]func(){
		"sign/libcrypto":    func() { _, _ = k.Sign(message) },
		"sign/crypto-rsa":   func() { _, _ = rsa.SignPKCS1v15(nil, private, crypto.SHA256, digest) },
		"verify/libcrypto":  func() { _ = k.Verify(message, signature) },
		"verify/crypto-rsa": func() { _ = rsa.VerifyPKCS1v15(&private.PublicKey, crypto.SHA256, digest, signature) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				operation()
			}
		})
	}
}
