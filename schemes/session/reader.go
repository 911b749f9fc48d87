package session

import (
	"sync"
	"time"

	"watchword/auth/signing"
)

// maxRemembered bounds the size of a session that is remembered: its text and what that says.
const maxRemembered = 4 << 10

// reader reads the data of sessions, and remembers what it has read, so that the same text, which comes with every request
// of a session, is checked, unfolded and parsed once. What it remembers holds for this very text, of whichever row: whether
// a session is there, until when and whose, is looked up every time. It is safe for concurrent use.
type reader struct {
	signer *signing.Signer
	half   int // how many texts the younger half takes; 0: nothing is remembered

	mu           sync.Mutex
	younger, old map[string]content
}

// content is what a text says. Nobody changes it.
type content struct {
	data  data
	saved time.Time // to the second
}

// newReader returns a reader that remembers up to size texts; none for fewer than two.
func newReader(signer *signing.Signer, size int) *reader {
	return &reader{signer: signer, half: size / 2, younger: map[string]content{}}
}

// read is decode. What it returns must not be changed.
func (r *reader) read(text string) (content, error) {
	if c, ok := r.recall(text); ok {
		return c, nil
	}
	d, saved, err := decode(r.signer, text)
	c := content{d, saved}
	if err == nil && c.size(text) <= maxRemembered {
		r.remember(text, c)
	}
	return c, err
}

// recall returns what text says, if it was read lately.
func (r *reader) recall(text string) (c content, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c, ok = r.younger[text]; ok {
		return c, true
	}
	if c, ok = r.old[text]; ok {
		r.add(text, c) // what is asked for again stays
	}
	return c, ok
}

// remember notes what text says.
func (r *reader) remember(text string, c content) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(text, c)
}

// add puts c into the younger half. When that is full it becomes the older one, and what was that is forgotten. The caller
// holds the lock.
func (r *reader) add(text string, c content) {
	if r.half == 0 {
		return
	}
	if len(r.younger) >= r.half {
		r.younger, r.old = make(map[string]content, r.half), r.younger
	}
	r.younger[text] = c
}

// size is about how many bytes are remembered.
func (c content) size(text string) int {
	size := len(text)
	for name, entry := range c.data {
		size += len(name) + len(entry)
	}
	return size
}
