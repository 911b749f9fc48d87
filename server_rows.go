package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"watchword/auth/csrf"
	"watchword/metrics"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/rowcache"
)

// rowCache is the database as the schemes see it: the rows that say who sent a request may come from memory
// (ROW_CACHE_AGE), everything else comes from the database.
type rowCache struct {
	*gormstore.Store
	rows  rowcache.Rows
	cache *rowcache.Cache // nil: nothing is in memory
}

func newRowCache(s *Settings, store *gormstore.Store) rowCache {
	if !s.RowCache.On() {
		return rowCache{Store: store, rows: store}
	}
	cache := rowcache.New(s.RowCache, store)
	store.Observe(cache)
	return rowCache{Store: store, rows: cache, cache: cache}
}

// LoginToken is that of token.Store.
func (c rowCache) LoginToken(ctx context.Context, digests []models.Digest) (*models.LoginToken, *models.User, error) {
	return c.rows.LoginToken(ctx, digests)
}

// UserByPlainToken is that of token.PlainStore.
func (c rowCache) UserByPlainToken(ctx context.Context, key string) (*models.User, error) {
	return c.rows.UserByPlainToken(ctx, key)
}

// Session is that of session.Store.
func (c rowCache) Session(ctx context.Context, key string, now time.Time) (*models.Session, error) {
	return c.rows.Session(ctx, key, now)
}

// SessionAndUser is that of session.Store.
func (c rowCache) SessionAndUser(ctx context.Context, key string, now time.Time, user models.UserID) (*models.Session,
	*models.User, error) {
	return c.rows.SessionAndUser(ctx, key, now, user)
}

// UserBy is that of jwt.Users and session.Users.
func (c rowCache) UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error) {
	return c.rows.UserBy(ctx, field, value)
}

// before lets requests that change nothing be judged by rows in memory, and hands all to next.
func (c rowCache) before(next http.Handler) http.Handler {
	if c.cache == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if csrf.IsSafe(r.Method) {
			r = r.WithContext(models.AllowOld(r.Context()))
		}
		next.ServeHTTP(w, r)
	})
}

// listen returns the task that hears what other processes change.
func (c rowCache) listen(log *slog.Logger) task {
	return func(ctx context.Context) {
		c.Listen(ctx, func(err error) {
			if err != nil {
				log.Warn("no rows are kept in memory: what other servers change is not heard of", "error", err)
				return
			}
			log.Info("rows are kept in memory, as what other servers change is heard of")
		})
	}
}

// tell has m tell how often rows were found in memory; m may be nil.
func (c rowCache) tell(m *metrics.Metrics) {
	if m == nil || c.cache == nil {
		return
	}
	for i, count := range c.cache.Counts() {
		m.CounterOf(fmt.Sprintf("watchword_row_cache_hits_total{kind=%q}", count.Kind),
			func() uint64 { return c.cache.Counts()[i].Hits })
		m.CounterOf(fmt.Sprintf("watchword_row_cache_misses_total{kind=%q}", count.Kind),
			func() uint64 { return c.cache.Counts()[i].Misses })
	}
}
