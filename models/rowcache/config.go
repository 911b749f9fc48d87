package rowcache

import (
	"errors"
	"fmt"
	"time"
)

// Longest is the oldest that a row in memory may ever be.
const Longest = time.Second

// Config says how long rows are kept.
type Config struct {
	// Age is how old a row may be that is taken from memory instead of the database; 0: every request reads the database.
	Age time.Duration `setting:"ROW_CACHE_AGE" help:"How old the row of a user, a session or an opaque token may be that a request is judged by: at most 1s. What this server changes, on PostgreSQL also through its other processes, counts at once; what Django or another program changes, and on SQLite a command, counts after this time. 0: every request reads the database. See docs/operations.md."`
	// Size is how many rows of each kind are kept.
	Size int `setting:"ROW_CACHE_SIZE" help:"How many rows of each kind ROW_CACHE_AGE keeps in memory; each takes about 1 KB."`

	Now func() time.Time // nil means time.Now
}

// DefaultConfig keeps nothing in memory.
func DefaultConfig() Config { return Config{Size: 10000, Now: time.Now} }

// On reports whether rows are kept at all.
func (c Config) On() bool { return c.Age > 0 }

// Validate reports every setting that cannot work.
func (c Config) Validate() error {
	var errs []error
	if c.Age < 0 || c.Age > Longest {
		errs = append(errs, fmt.Errorf("ROW_CACHE_AGE: must be from 0 to %v, not %v: as long, a logout elsewhere would not count",
			Longest, c.Age))
	}
	if c.Size < 2 {
		errs = append(errs, fmt.Errorf("ROW_CACHE_SIZE: %d is fewer than 2", c.Size))
	}
	return errors.Join(errs...)
}
