package gormstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

// readerCache is how much of the database a connection that reads keeps, in KiB: enough for the upper levels of every
// index. SQLite's own 2 MiB, times all connections, would be most of the server's memory once the database is large.
const readerCache = "PRAGMA cache_size = -512"

// longestLock bounds how long a statement waits for another process to end a transaction, whatever else it may take.
const longestLock = time.Minute

// openSQLite opens one connection that writes and a pool of connections that can only read. In write-ahead mode they
// do not wait for each other. A database in memory belongs to its connection, so there is only one.
func (s *Store) openSQLite(path string) error {
	s.dialect = sqliteDialect()
	if err := createFile(path); err != nil {
		return err
	}
	busy := fmt.Sprintf("PRAGMA busy_timeout = %d", min(s.cfg.StatementTimeout, longestLock).Milliseconds())
	pragmas := []string{busy, "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"}
	if !s.cfg.KeepJournal {
		pragmas = append(pragmas, writeAhead)
	}
	writer := sql.OpenDB(sqliteConnector{dsn: sqliteDSN(path, "immediate"), pragmas: pragmas})
	writer.SetMaxOpenConns(1)
	writer.SetMaxIdleConns(1)
	var err error
	if s.writer, err = newGORM(gormsqlite.New(gormsqlite.Config{Conn: writer}), s.cfg.Now); err != nil {
		return translate(errors.Join(err, writer.Close()))
	}
	if path == memory {
		s.reader, s.lookups = s.writer, writer
		return nil
	}
	if s.cfg.CommitGroup > 1 {
		s.queue = new(commitQueue)
	}
	reader := sql.OpenDB(sqliteConnector{dsn: sqliteDSN(path, "deferred"), pragmas: []string{
		busy, "PRAGMA query_only = ON", readerCache,
	}})
	s.lookups = reader
	reader.SetMaxOpenConns(s.cfg.MaxConns)
	reader.SetMaxIdleConns(s.cfg.MaxIdleConns)
	if s.reader, err = newGORM(gormsqlite.New(gormsqlite.Config{Conn: reader}), s.cfg.Now); err != nil {
		return translate(errors.Join(err, reader.Close()))
	}
	return nil
}

// writeAhead is a property of the file from then on.
const writeAhead = "PRAGMA journal_mode = WAL"

// WriteAhead puts a SQLite file that was opened with Config.KeepJournal into write-ahead mode, in which those who read and
// those who write do not wait for each other.
func (s *Store) WriteAhead(ctx context.Context) error {
	if s.dialect.isPostgres() || !s.cfg.KeepJournal {
		return nil
	}
	return translate(s.writer.WithContext(ctx).Exec(writeAhead).Error)
}

// createFile makes an absent database file, readable by its owner only: it holds password hashes.
func createFile(path string) error {
	if path == memory {
		return nil
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return file.Close()
}

// unwritable returns why nothing can be written into an existing database file, or beside it, where SQLite keeps its log; nil
// if something can. SQLite itself says of such a file that it is missing.
func unwritable(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist): // createFile has said why, or it is in memory
		return nil
	case err != nil:
		return err
	}
	probe, err := os.CreateTemp(filepath.Dir(path), ".watchword-")
	if err != nil {
		return errors.Join(fmt.Errorf("SQLite must be able to write beside its file: %w", err), file.Close())
	}
	return errors.Join(file.Close(), probe.Close(), os.Remove(probe.Name()))
}

// sqliteDSN is the SQLite URI of path. lock says when transactions take the write lock. Those that write must take it
// when they begin ("immediate"): one that read first and wrote later would fail at once, whatever the busy timeout, if
// another had written in between. Those that only read never take it ("deferred").
func sqliteDSN(path, lock string) string {
	options := "?_txlock=" + lock + sqliteOptions
	if path == memory {
		return memory + options
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + options
}

// sqliteConnector opens connections with the given pragmas, through whichever driver this build has.
type sqliteConnector struct {
	dsn     string
	pragmas []string
}

// Driver implements driver.Connector.
func (c sqliteConnector) Driver() driver.Driver { return sqliteDriver() }

// Connect implements driver.Connector.
func (c sqliteConnector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := sqliteDriver().Open(c.dsn)
	if err != nil {
		return nil, err
	}
	conn, ok := opened.(contextConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the SQLite driver's %T lacks methods", opened), opened.Close())
	}
	for _, pragma := range c.pragmas {
		if _, err := conn.ExecContext(ctx, pragma, nil); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", pragma, err), conn.Close())
		}
	}
	return sqliteConn{conn}, nil
}

// contextConn is what both SQLite drivers' connections are.
type contextConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
}

// sqliteConn is a connection that writes values as Django does.
type sqliteConn struct{ contextConn }

// IsValid implements driver.Validator: the driver in Go gives up connections that were interrupted.
func (c sqliteConn) IsValid() bool {
	v, ok := c.contextConn.(driver.Validator)
	return !ok || v.IsValid()
}

// CheckNamedValue implements driver.NamedValueChecker. Date-times become Django's text; text that PostgreSQL would
// refuse is refused here too.
func (sqliteConn) CheckNamedValue(arg *driver.NamedValue) error {
	value, err := driver.DefaultParameterConverter.ConvertValue(arg.Value)
	if err != nil {
		return err
	}
	switch v := value.(type) {
	case time.Time:
		if value, err = djangoDateTime(v); err != nil {
			return err
		}
	case string:
		if !storable(v) {
			return ErrInvalidValue
		}
	}
	arg.Value = value
	return nil
}

// djangoDateTime writes t as Django's SQLite backend does: in UTC, without a zone, and with six digits of a second's
// fraction or none. Such texts sort by time.
func djangoDateTime(t time.Time) (string, error) {
	t = t.UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		return "", fmt.Errorf("%w: the year %d", ErrInvalidValue, t.Year())
	}
	if t.Nanosecond()/1000 == 0 {
		return t.Format("2006-01-02 15:04:05"), nil
	}
	return t.Format("2006-01-02 15:04:05.000000"), nil
}

// pingSQLite reads the file, not only the connection.
func pingSQLite(db *gorm.DB) error {
	var tables int
	return db.Raw("SELECT COUNT(*) FROM sqlite_master").Row().Scan(&tables)
}
