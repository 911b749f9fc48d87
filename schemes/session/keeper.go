package session

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"watchword/auth/cookie"
	"watchword/auth/signing"
	"watchword/models"
)

// The lengths of keys that are looked up at all.
const (
	minKey = 8  // Django's
	maxKey = 40 // that of the column
)

// Store keeps sessions.
type Store interface {
	// Session returns the session of that key that ends after now, or models.ErrNotFound.
	Session(ctx context.Context, key string, now time.Time) (*models.Session, error)
	// SessionAndUser is Session together with the user of that id, or models.ErrNotFound if either is not there.
	SessionAndUser(ctx context.Context, key string, now time.Time, user models.UserID) (*models.Session, *models.User, error)
	// CreateSession inserts s. It returns models.ErrConflict, and overwrites nothing, if the key is taken.
	CreateSession(ctx context.Context, s models.Session) error
	// ReplaceSession makes the session of that key into s. It returns models.ErrNotFound, and inserts nothing, if it is
	// gone; of many callers who change the key one succeeds.
	ReplaceSession(ctx context.Context, key string, s models.Session) error
	// ExtendSession moves the end of a session. It returns models.ErrNotFound if it is gone.
	ExtendSession(ctx context.Context, key string, until time.Time) error
	// DeleteSession ends a session; none is no error.
	DeleteSession(ctx context.Context, key string) error
}

// Keeper keeps the sessions of browsers, whoever they belong to. It is safe for concurrent use.
//
// Source: django.contrib.sessions, with the database as its engine.
type Keeper struct {
	cfg    Config
	cookie cookie.Attributes
	store  Store
	keys   signing.Config
	signer *signing.Signer
	reader *reader
	owners *owners
}

// NewKeeper returns a Keeper over store. cfg must be valid; keys are Django's SECRET_KEY and its fallbacks.
func NewKeeper(cfg Config, store Store, keys signing.Config) *Keeper {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	keys.Now = cfg.Now
	signer := signing.NewSigner(keys, salt)
	return &Keeper{
		cfg: cfg, cookie: cfg.attributes(), store: store, keys: keys,
		signer: signer, reader: newReader(signer, cfg.VerifiedData), owners: newOwners(),
	}
}

// opened is a session that is there.
type opened struct {
	key   string
	data  data         // not to be changed; nil: unreadable
	saved time.Time    // to the second
	user  *models.User // whose it probably is; nil: not looked up
}

// keyOf returns the key in r's cookie. ok is false where there is no cookie, and where there are several: nobody can tell
// which is ours. One in quotes, which we never send, has the empty key, which no session has.
func (k *Keeper) keyOf(r *http.Request) (key string, ok bool) {
	found := r.CookiesNamed(k.cookie.Name)
	if len(found) != 1 {
		return "", false
	}
	if found[0].Quoted {
		return "", true
	}
	return found[0].Value, true
}

// present returns the session that r names, nil for none. It is looked up once for a request.
func (k *Keeper) present(r *http.Request) (*opened, error) {
	v := visitOf(r)
	if v.looked {
		return v.session, nil
	}
	if key, ok := k.keyOf(r); ok {
		found, err := k.open(r.Context(), key)
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			return nil, err
		}
		v.session = found
	}
	v.looked = true
	return v.session, nil
}

// certain is present, from the database. A session that this request has changed is known as it is.
func (k *Keeper) certain(r *http.Request) (*opened, error) {
	if !models.MayBeOld(r.Context()) {
		return k.present(r)
	}
	if v := visitOf(r); !v.settled {
		v.looked, v.session = false, nil
	}
	return k.present(r.WithContext(models.Fresh(r.Context())))
}

// open finds the session of that key. It returns models.ErrNotFound if there is none.
func (k *Keeper) open(ctx context.Context, key string) (*opened, error) {
	if len(key) < minKey || len(key) > maxKey {
		return nil, models.ErrNotFound
	}
	row, u, err := k.read(ctx, key)
	if err != nil {
		return nil, err
	}
	read, err := k.reader.read(row.Data)
	if err != nil {
		k.cfg.Log.WarnContext(ctx, "a session cannot be read; it is nobody's", "reason", err)
	}
	return &opened{key: row.Key, data: read.data, saved: read.saved, user: u}, nil
}

// read reads the session of that key, by one query together with the user whose it was when it was used last.
func (k *Keeper) read(ctx context.Context, key string) (*models.Session, *models.User, error) {
	now := k.cfg.Now().UTC()
	if owner, ok := k.owners.of(key); ok {
		row, u, err := k.store.SessionAndUser(ctx, key, now, owner)
		if !errors.Is(err, models.ErrNotFound) {
			return row, u, err
		}
		k.owners.forget(key)
	}
	row, err := k.store.Session(ctx, key, now)
	return row, nil, err
}

// create stores d under a key that nobody has.
func (k *Keeper) create(ctx context.Context, d data) (*opened, error) {
	err := models.ErrConflict
	for range keyAttempts {
		var row models.Session
		if row, err = k.row(newKey(), d); err != nil {
			return nil, err
		}
		if err = k.store.CreateSession(ctx, row); err == nil {
			return &opened{key: row.Key, data: d}, nil
		}
		if !errors.Is(err, models.ErrConflict) {
			break
		}
	}
	return nil, err
}

// replace puts d, under key, in the place of old. It returns models.ErrNotFound if old is gone.
func (k *Keeper) replace(ctx context.Context, old *opened, key string, d data) (*opened, error) {
	row, err := k.row(key, d)
	if err != nil {
		return nil, err
	}
	if err := k.store.ReplaceSession(ctx, old.key, row); err != nil {
		return nil, err
	}
	return &opened{key: key, data: d}, nil
}

// slide moves the end of a session if every request does, and returns the cookies to send. It returns
// models.ErrNotFound if the session is gone.
func (k *Keeper) slide(r *http.Request, o *opened) ([]*http.Cookie, error) {
	if !k.cfg.SaveEveryRequest {
		return nil, nil
	}
	visitOf(r).settled = true
	now := k.cfg.Now()
	age, _ := o.data.lifetime(k.cfg, now)
	if err := k.store.ExtendSession(r.Context(), o.key, now.Add(age).UTC()); err != nil {
		return nil, err
	}
	return []*http.Cookie{k.cookieOf(o)}, nil
}

// forget returns the cookies that make the browser that sent r forget its session. None has nothing to forget, and of two
// cookies nobody can tell which.
func (k *Keeper) forget(r *http.Request) []*http.Cookie {
	visitOf(r).settled = true
	if _, carried := k.keyOf(r); !carried {
		return nil
	}
	return []*http.Cookie{k.cookie.Delete()}
}

// row is the row of d under key, saved now.
func (k *Keeper) row(key string, d data) (models.Session, error) {
	text, err := d.encode(k.signer)
	if err != nil {
		return models.Session{}, err
	}
	now := k.cfg.Now()
	age, _ := d.lifetime(k.cfg, now)
	return models.Session{Key: key, Data: text, ExpireDate: now.Add(age).UTC()}, nil
}

// cookieOf is the cookie of a session that was saved just now.
func (k *Keeper) cookieOf(o *opened) *http.Cookie {
	now := k.cfg.Now()
	age, atBrowserClose := o.data.lifetime(k.cfg, now)
	switch {
	case atBrowserClose:
		return k.cookie.Set(o.key, 0, now)
	case age <= 0:
		return k.cookie.Delete()
	default:
		return k.cookie.Set(o.key, age, now)
	}
}
