package gormstore

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"slices"

	"gorm.io/gorm"

	"watchword/models"
)

const (
	// changesChannel is where PostgreSQL is told of changed rows.
	changesChannel = "watchword_rows"
	// maxAnnounced is how many names an announcement holds; PostgreSQL takes 8000 bytes. Of more rows it says that all
	// have changed.
	maxAnnounced = 300
)

// Observer keeps rows in memory, and hears what happened to them. It must be safe for concurrent use, and quick.
type Observer interface {
	// RowsChanged tells that rows have changed, or perhaps have. What was read before it was called is outdated, also
	// where the read has not returned yet.
	RowsChanged(names ...models.RowName)
	// Listening tells whether RowsChanged is called for the changes of other processes, too.
	Listening(on bool)
}

// Observe has o hear of changed rows: those of this Store after they were committed, and before the call that made them
// returns; and, while Listen runs, those of other processes that announce theirs (Config.AnnounceChanges). It must be
// called before the Store is used by several goroutines.
func (s *Store) Observe(o Observer) { s.observer = o }

// InTransaction reports whether ctx carries a transaction.
func (s *Store) InTransaction(ctx context.Context) bool { return transaction(ctx) != nil }

// writeRow is write for a statement that changes the named row, which somebody may have in memory.
func (s *Store) writeRow(ctx context.Context, name models.RowName, fn func(db *gorm.DB) error) error {
	if s.observer == nil && !s.announces() {
		return s.write(ctx, fn)
	}
	return s.atomic(ctx, &tx{single: true}, func(ctx context.Context) error {
		running := transaction(ctx)
		if !slices.Contains(running.changed, name) {
			running.changed = append(running.changed, name)
		}
		return s.write(ctx, fn)
	})
}

// announces reports whether other processes are told of changed rows.
func (s *Store) announces() bool { return s.cfg.AnnounceChanges && s.dialect.announce != "" }

// announce has the database tell other processes of the changed rows when the transaction is committed, and not if it is
// rolled back.
func (s *Store) announce(db *gorm.DB, changed []models.RowName) error {
	if len(changed) == 0 || !s.announces() {
		return nil
	}
	return db.Exec(s.dialect.announce, changesChannel, announcement{s.process, changed}.String()).Error
}

// changed tells the observer what a transaction has changed, whether it was committed or not: of one whose connection was
// lost nobody knows.
func (s *Store) changed(names []models.RowName) {
	if s.observer != nil && len(names) > 0 {
		s.observer.RowsChanged(names...)
	}
}

// announcement is what one process tells the others.
type announcement struct {
	from  models.RowName   // the process
	names []models.RowName // none: only that the process hears itself
}

// newProcess makes up a name for this process.
func newProcess() (name models.RowName) {
	_, _ = rand.Read(name[:]) // never fails
	return name
}

// String writes a as PostgreSQL carries it.
func (a announcement) String() string {
	names := a.names
	if len(names) > maxAnnounced {
		names = []models.RowName{models.EveryRow()}
	}
	raw := slices.Clone(a.from[:])
	for _, name := range names {
		raw = append(raw, name[:]...)
	}
	return base64.RawStdEncoding.EncodeToString(raw)
}

// parseAnnouncement reads what String writes. Of what it does not understand it says that every row has changed.
func parseAnnouncement(text string) (a announcement) {
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(raw) == 0 || len(raw)%len(a.from) != 0 {
		return announcement{names: []models.RowName{models.EveryRow()}}
	}
	for i, part := range slices.Collect(slices.Chunk(raw, len(a.from))) {
		if i == 0 {
			a.from = models.RowName(part)
			continue
		}
		a.names = append(a.names, models.RowName(part))
	}
	return a
}
