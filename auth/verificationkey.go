package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"watchword/auth/signing"
	"watchword/models"
)

// addressKeyLength is how long a stored key is: 330 bits of small letters and digits.
const addressKeyLength = 64

// addressKeys makes keys that prove addresses, and tells what address a key is for.
type addressKeys interface {
	// issue makes a key for a, good from now on.
	issue(ctx context.Context, a *models.EmailAddress) (key string, err error)
	// find returns the id of the address that the key was made for, or ErrLinkInvalid.
	find(ctx context.Context, key string) (id int64, err error)
}

// signedKeys are stored nowhere: a key is the signed id of an address. It proves the address once, because one that is
// proved needs no proof.
//
// Source: allauth.account.models.EmailConfirmationHMAC.
type signedKeys struct {
	signer   *signing.Signer
	validity time.Duration
}

func (k signedKeys) issue(_ context.Context, a *models.EmailAddress) (string, error) {
	return k.signer.Dumps(a.ID)
}

func (k signedKeys) find(_ context.Context, key string) (id int64, err error) {
	if k.signer.LoadsWithin(key, k.validity, &id) != nil {
		return 0, ErrLinkInvalid
	}
	return id, nil
}

// AddressKeyStore keeps keys that are not signed.
type AddressKeyStore interface {
	// CreateEmailConfirmation adds c and sets its ID.
	CreateEmailConfirmation(ctx context.Context, c *models.EmailConfirmation) error
	// EmailConfirmation finds the one with that key, or returns models.ErrNotFound.
	EmailConfirmation(ctx context.Context, key string) (*models.EmailConfirmation, error)
	// DeleteExpiredEmailConfirmations deletes up to limit that were sent before a time.
	DeleteExpiredEmailConfirmations(ctx context.Context, sent time.Time, limit int) (int, error)
}

// storedKeys are random and kept, in clear as the table of django-allauth has them.
//
// Source: allauth.account.models.EmailConfirmation.
type storedKeys struct {
	store    AddressKeyStore
	validity time.Duration
	now      func() time.Time
}

func (k storedKeys) issue(ctx context.Context, a *models.EmailAddress) (string, error) {
	now := k.now()
	c := models.EmailConfirmation{EmailAddressID: a.ID, Created: now, Sent: &now, Key: randomText(lowerAlphanumeric, addressKeyLength)}
	return c.Key, k.store.CreateEmailConfirmation(ctx, &c)
}

// find takes capitals for small letters, as the original does. A key that was never sent is no good.
func (k storedKeys) find(ctx context.Context, key string) (int64, error) {
	if len(key) > addressKeyLength {
		return 0, ErrLinkInvalid
	}
	c, err := k.store.EmailConfirmation(ctx, strings.ToLower(key))
	switch {
	case errors.Is(err, models.ErrNotFound):
		return 0, ErrLinkInvalid
	case err != nil:
		return 0, err
	case c.Sent == nil || !c.Sent.Add(k.validity).After(k.now()):
		return 0, ErrLinkInvalid
	}
	return c.EmailAddressID, nil
}

// The alphabets of random texts.
const (
	digits            = "0123456789"
	lowerAlphanumeric = "abcdefghijklmnopqrstuvwxyz" + digits
	letters           = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// randomText returns n characters of an alphabet of 256 at most, each as likely as any other.
func randomText(alphabet string, n int) string {
	text := make([]byte, 0, n)
	fair := 256 - 256%len(alphabet)
	var drawn [1]byte
	for len(text) < n {
		_, _ = rand.Read(drawn[:]) // never fails: crypto/rand ends the program instead
		if int(drawn[0]) < fair {
			text = append(text, alphabet[int(drawn[0])%len(alphabet)])
		}
	}
	return string(text)
}
