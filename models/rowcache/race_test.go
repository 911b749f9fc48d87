package rowcache_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"watchword/models"
	"watchword/models/rowcache"
)

// counting is a database whose one user has a new password with every change. Reading takes its time.
type counting struct {
	rowcache.Database
	version atomic.Int64
}

func (c *counting) InTransaction(context.Context) bool { return false }

func (c *counting) UserBy(_ context.Context, _ models.UserField, value string) (*models.User, error) {
	u := &models.User{ID: models.UserID(value), Password: strconv.FormatInt(c.version.Load(), 10)}
	for range 100 {
		c.version.Load()
	}
	return u, nil
}

// TestNobodyReadsWhatWasChangedBefore has readers look for rows that are older than the last change that was over when
// they began.
func TestNobodyReadsWhatWasChangedBefore(t *testing.T) {
	db := new(counting)
	cfg := rowcache.DefaultConfig()
	cfg.Age = time.Second
	cache := rowcache.New(cfg, db)
	cache.Listening(true)
	var told atomic.Int64 // the last change of which everybody was told
	var running sync.WaitGroup
	for range 4 {
		running.Go(func() {
			for told.Load() < 2000 {
				least := told.Load()
				u, err := cache.UserBy(models.AllowOld(t.Context()), models.UserFieldID, "1")
				if err != nil {
					t.Error(err)
					return
				}
				if got, _ := strconv.ParseInt(u.Password, 10, 64); got < least {
					t.Errorf("read version %d after version %d was told", got, least)
					return
				}
			}
		})
	}
	for range 2000 {
		version := db.version.Add(1)
		cache.RowsChanged(models.UserRow("1"))
		told.Store(version)
	}
	running.Wait()
}
