package keys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	remoteTimeout = 5 * time.Second  // for one download, from the first packet to the last
	remoteFresh   = 5 * time.Minute  // how long a list is good without another look
	remoteStale   = time.Hour        // how long it is used when there is no other to be had
	remotePause   = 10 * time.Second // between one download and the next, whatever is asked for
	maxRemoteKeys = 100
)

// Remote is the public keys that another server publishes as a JWK Set. They are downloaded when they are first needed,
// again every five minutes while they are in use, and when a token names a key that is not among them; but never more
// often than every ten seconds, however many tokens name whatever. When the other server cannot be reached the keys stay
// in use for an hour.
//
// It is safe for concurrent use.
//
// Source: jwt.PyJWKClient of PyJWT 2, which downloads as often as there are unknown names.
type Remote struct {
	url       string
	algorithm string
	client    *http.Client
	now       func() time.Time
	log       *slog.Logger

	mu      sync.Mutex
	known   map[string][]*Key
	fetched time.Time     // when known was downloaded; zero: never
	tried   time.Time     // when the last download began
	running chan struct{} // closed when the download that runs is over; nil: none runs
	failing bool          // the last download failed; the log says so once
}

// NewRemote returns the keys for algorithm at address, and downloads nothing yet. now is the clock; log hears when keys
// cannot be had, and when they can be had again. The error is that of CheckURL.
func NewRemote(address, algorithm string, now func() time.Time, log *slog.Logger) (*Remote, error) {
	if err := CheckURL(address); err != nil {
		return nil, err
	}
	client := &http.Client{Timeout: remoteTimeout, CheckRedirect: func(*http.Request, []*http.Request) error {
		return errors.New("it redirects, which is not followed: whoever answers there would decide who gets in")
	}}
	return &Remote{url: address, algorithm: algorithm, client: client, now: now, log: log}, nil
}

// CheckURL says what is wrong with the address of a JWK Set: what comes from there decides who gets in, so it must be an
// https:// URL. On this machine http:// will do.
func CheckURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return errors.New("this is no URL of a JWK Set, such as https://issuer.example/.well-known/jwks.json")
	case u.User != nil:
		return errors.New("the URL must not hold a user name or password")
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	default:
		return errors.New("the URL must begin with https://, or anybody on the way could put keys of their own in")
	}
}

func isLoopback(host string) bool { return host == "localhost" || net.ParseIP(host).IsLoopback() }

// Verifying returns the keys of that name; none without a name. It waits for a download if that may bring them, at most
// as long as one may take.
func (r *Remote) Verifying(id string) []*Key {
	found, soon := r.look(id)
	if soon == nil {
		return found
	}
	<-soon
	found, _ = r.look(id)
	return found
}

// look returns the keys of that name. When there are none but may be soon, it returns what to wait for. It starts the
// download where one is due.
func (r *Remote) look(id string) (found []*Key, soon <-chan struct{}) {
	if id == "" {
		return nil, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	age := now.Sub(r.fetched)
	if age <= remoteStale {
		found = r.known[id]
	}
	if (found == nil || age > remoteFresh) && r.running == nil && now.Sub(r.tried) >= remotePause {
		r.tried, r.running = now, make(chan struct{})
		go r.download(r.running)
	}
	if found == nil && r.running != nil {
		return nil, r.running
	}
	return found, nil
}

// download replaces the known keys, or leaves them, and closes done.
func (r *Remote) download(done chan struct{}) {
	defer close(done)
	found, err := r.fetch()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running = nil
	if err != nil {
		if !r.failing {
			r.failing = true
			r.log.Error("the keys at JWK_URL cannot be had; those known stay in use for an hour", "error", err)
		}
		return
	}
	if r.failing {
		r.failing = false
		r.log.Info("the keys at JWK_URL can be had again")
	}
	r.known, r.fetched = found, r.now()
}

// fetch downloads the list.
func (r *Remote) fetch() (map[string][]*Key, error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, r.url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	response, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %s", response.Status)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxText+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxText {
		return nil, fmt.Errorf("it has more than %d bytes", maxText)
	}
	return remoteKeys(r.algorithm, text)
}

// remoteKeys reads the keys of a JWK Set that have a name and can verify signatures of algorithm. Others in it are not
// for us: those of another type, for another use, too weak, or given away with their private half.
func remoteKeys(algorithm string, text []byte) (map[string][]*Key, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil || set.Keys == nil {
		return nil, errors.New("it is no JWK Set")
	}
	if len(set.Keys) > maxRemoteKeys {
		return nil, fmt.Errorf("it has %d keys; %d are the most", len(set.Keys), maxRemoteKeys)
	}
	found := map[string][]*Key{}
	for _, one := range set.Keys {
		m, err := parseOneJWK(one)
		if err != nil || m.private != nil || m.id == "" {
			continue
		}
		if key, err := newKey(algorithm, m); err == nil {
			found[key.id] = append(found[key.id], key)
		}
	}
	return found, nil
}
