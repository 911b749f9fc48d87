package keys

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
)

// publisher is a server with a JWK Set, and what a test does to it.
type publisher struct {
	*httptest.Server
	mu     sync.Mutex
	answer http.HandlerFunc
	asked  atomic.Int32
}

func newPublisher(t *testing.T, answer http.HandlerFunc) *publisher {
	t.Helper()
	p := &publisher{answer: answer}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked.Add(1)
		p.mu.Lock()
		answer := p.answer
		p.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *publisher) set(answer http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = answer
}

// remoteClock is a time that a test moves.
type remoteClock struct{ at atomic.Int64 }

func (c *remoteClock) now() time.Time          { return time.Unix(0, c.at.Load()) }
func (c *remoteClock) forward(d time.Duration) { c.at.Add(int64(d)) }
func newRemoteClock() (c *remoteClock)         { c = new(remoteClock); c.forward(1e18); return c }
func (p *publisher) wantAsked(t *testing.T, n int32) {
	t.Helper()
	if got := p.asked.Load(); got != n {
		t.Errorf("downloaded %d times, want %d", got, n)
	}
}

func newRemote(t *testing.T, p *publisher, algorithm string) (*Remote, *remoteClock, *bytes.Buffer) {
	t.Helper()
	clock, log := newRemoteClock(), new(bytes.Buffer)
	r, err := NewRemote(p.URL+"/jwks.json", algorithm, clock.now, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return r, clock, log
}

// publish answers with the public halves of keys under their names.
func publish(t *testing.T, keys map[string]any) http.HandlerFunc {
	t.Helper()
	set := jwkset.JWKSMarshal{Keys: []jwkset.JWKMarshal{}}
	for id, key := range keys {
		set.Keys = append(set.Keys, publicFields(t, id, key))
	}
	text := must[[]byte](t)(json.Marshal(set))
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(text) }
}

func publicFields(t *testing.T, id string, key any) jwkset.JWKMarshal {
	t.Helper()
	fields := must[jwkset.JWK](t)(jwkset.NewJWKFromKey(key, jwkset.JWKOptions{})).Marshal()
	fields.KID = id
	return fields
}

func rsaKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	return must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048))
}

// wantVerifies checks whether one of the keys of that name verifies what key has signed.
func wantVerifies(t *testing.T, r *Remote, id string, key *rsa.PrivateKey, want bool) {
	t.Helper()
	signer := must[*Key](t)(newKey("RS256", must[material](t)(fromKey(key))))
	signature := must[[]byte](t)(signer.Sign("header.payload"))
	got := false
	for _, k := range r.Verifying(id) {
		got = got || k.Verify("header.payload", signature) == nil
	}
	if got != want {
		t.Errorf("the key %q verifies: %v, want %v", id, got, want)
	}
}

func TestRemoteKeysVerifyAndAreDownloadedOnce(t *testing.T) {
	first, second := rsaKey(t), rsaKey(t)
	p := newPublisher(t, publish(t, map[string]any{"one": first.Public(), "two": second.Public()}))
	r, _, _ := newRemote(t, p, "RS256")
	p.wantAsked(t, 0)
	for range 3 {
		wantVerifies(t, r, "one", first, true)
		wantVerifies(t, r, "two", second, true)
		wantVerifies(t, r, "one", second, false)
	}
	if got := r.Verifying(""); got != nil {
		t.Errorf("a token that names no key gets %d", len(got))
	}
	p.wantAsked(t, 1)
}

func TestRemoteRotationIsSeenAtTheFirstTokenWithANewName(t *testing.T) {
	first, second := rsaKey(t), rsaKey(t)
	p := newPublisher(t, publish(t, map[string]any{"one": first.Public()}))
	r, clock, _ := newRemote(t, p, "RS256")
	wantVerifies(t, r, "one", first, true)
	p.set(publish(t, map[string]any{"two": second.Public()}))
	clock.forward(remotePause)
	wantVerifies(t, r, "two", second, true)
	wantVerifies(t, r, "one", first, false) // it is retired
	p.wantAsked(t, 2)
}

func TestUnknownNamesDoNotMakeManyDownloads(t *testing.T) {
	p := newPublisher(t, publish(t, map[string]any{"one": rsaKey(t).Public()}))
	r, clock, _ := newRemote(t, p, "RS256")
	var asking sync.WaitGroup
	for i := range 200 {
		asking.Go(func() { r.Verifying(fmt.Sprint("made up ", i)) })
	}
	asking.Wait()
	p.wantAsked(t, 1)
	clock.forward(remotePause)
	r.Verifying("made up")
	p.wantAsked(t, 2)
}

func TestRemoteKeysOutliveAnOutageForAnHour(t *testing.T) {
	key := rsaKey(t)
	p := newPublisher(t, publish(t, map[string]any{"one": key.Public()}))
	r, clock, log := newRemote(t, p, "RS256")
	wantVerifies(t, r, "one", key, true)
	p.set(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	for range 3 {
		clock.forward(remoteFresh)
		wantVerifies(t, r, "one", key, true)
		r.settle()
	}
	clock.forward(remoteStale)
	wantVerifies(t, r, "one", key, false)
	if got := strings.Count(log.String(), "level=ERROR"); got != 1 {
		t.Errorf("%d errors were logged, want 1:\n%s", got, log)
	}
	p.set(publish(t, map[string]any{"one": key.Public()}))
	clock.forward(remotePause)
	wantVerifies(t, r, "one", key, true)
	if !strings.Contains(log.String(), "can be had again") {
		t.Errorf("the end of the outage is not in the log:\n%s", log)
	}
}

// settle waits for the download that runs.
func (r *Remote) settle() {
	r.mu.Lock()
	running := r.running
	r.mu.Unlock()
	if running != nil {
		<-running
	}
}

func TestAServerThatIsDownVerifiesNothing(t *testing.T) {
	p := newPublisher(t, nil)
	r, _, _ := newRemote(t, p, "RS256")
	p.Close()
	wantVerifies(t, r, "one", rsaKey(t), false)
}

func TestOnlyPublicKeysForTheAlgorithmAreTaken(t *testing.T) {
	strong := rsaKey(t)
	_, edwards, _ := ed25519.GenerateKey(rand.Reader)
	curve := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	given := must[jwkset.JWK](t)(jwkset.NewJWKFromKey(strong, jwkset.JWKOptions{
		Marshal: jwkset.JWKMarshalOptions{Private: true}})).Marshal()
	given.KID = "private"
	change := func(id string, change func(*jwkset.JWKMarshal)) jwkset.JWKMarshal {
		fields := publicFields(t, id, strong.Public())
		change(&fields)
		return fields
	}
	all := []jwkset.JWKMarshal{
		publicFields(t, "good", strong.Public()), publicFields(t, "curve", curve.Public()),
		publicFields(t, "edwards", edwards.Public()), given,
		change("encryption", func(k *jwkset.JWKMarshal) { k.USE = "enc" }),
		change("other", func(k *jwkset.JWKMarshal) { k.ALG = "RS512" }),
		change("signs", func(k *jwkset.JWKMarshal) { k.KEYOPS = []jwkset.KEYOPS{"sign"} }),
		change("damaged", func(k *jwkset.JWKMarshal) { k.N = "AQAB" }),
		change("", func(*jwkset.JWKMarshal) {}),
		{KTY: jwkset.KtyOct, KID: "secret", K: "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"},
	}
	text := must[[]byte](t)(json.Marshal(jwkset.JWKSMarshal{Keys: all}))
	p := newPublisher(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(text) })
	for algorithm, want := range map[string]string{
		"RS256": "good", "PS256": "good", "ES256": "curve", "EdDSA": "edwards", "ES384": "", "RS512": "good other",
	} {
		r, _, _ := newRemote(t, p, algorithm)
		var got []string
		for _, fields := range all {
			if len(r.Verifying(fields.KID)) > 0 {
				got = append(got, fields.KID)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: took %q, want %q", algorithm, got, want)
		}
	}
}

func TestWhatIsNoJWKSetOrTooMuchIsNotTaken(t *testing.T) {
	key := rsaKey(t)
	good := publish(t, map[string]any{"one": key.Public()})
	elsewhere := newPublisher(t, good)
	for name, answer := range map[string]http.HandlerFunc{
		"no JSON":      func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"no set":       func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{}`)) },
		"another type": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"keys":{"a":1}}`)) },
		"another status": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusAccepted)
			good(w, r)
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/jwks.json", http.StatusFound)
		},
		"too long": func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write(bytes.Repeat([]byte(" "), maxText))
			good(w, r)
		},
		"too many": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"keys":[` + strings.Repeat(`{},`, maxRemoteKeys) + `{}]}`))
		},
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"keys":[]}`))
		},
	} {
		r, _, log := newRemote(t, newPublisher(t, answer), "RS256")
		wantVerifies(t, r, "one", key, false)
		if !strings.Contains(log.String(), "level=ERROR") {
			t.Errorf("%s: nothing in the log", name)
		}
	}
	elsewhere.wantAsked(t, 0)
}

func TestAddressesThatAreNotSafeAreRefused(t *testing.T) {
	for address, want := range map[string]bool{
		"https://issuer.example/.well-known/jwks.json": true,
		"http://127.0.0.1:8000/jwks.json":              true,
		"http://[::1]/jwks.json":                       true,
		"http://localhost/jwks.json":                   true,
		"http://issuer.example/jwks.json":              false,
		"http://localhost.issuer.example/":             false,
		"http://10.0.0.1/":                             false,
		"https://user:pw@issuer.example/":              false,
		"file:///etc/jwks.json":                        false,
		"issuer.example/jwks.json":                     false,
		"https://":                                     false,
		"://":                                          false,
	} {
		if err := CheckURL(address); (err == nil) != want {
			t.Errorf("%s: got %v, want it taken: %v", address, err, want)
		}
	}
}
