package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"
)

// logLevel is the least important kind of message that is logged.
type logLevel string

// logFormat is how messages are written.
type logFormat string

// UnmarshalText accepts debug, info, warn and error.
func (l *logLevel) UnmarshalText(text []byte) error {
	switch level := logLevel(text); level {
	case "debug", "info", "warn", "error":
		*l = level
		return nil
	}
	return fmt.Errorf("must be debug, info, warn or error, not %q", text)
}

// UnmarshalText accepts auto, text and json.
func (f *logFormat) UnmarshalText(text []byte) error {
	switch format := logFormat(text); format {
	case "auto", "text", "json":
		*f = format
		return nil
	}
	return fmt.Errorf("must be auto, text or json, not %q", text)
}

// newLogger returns a logger that writes to w.
func newLogger(cfg logConfig, w io.Writer) *slog.Logger {
	levels := map[logLevel]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}
	options := &slog.HandlerOptions{Level: levels[cfg.Level]}
	if cfg.forPeople(w) {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

// forPeople reports whether what goes to w is read by people rather than by programs.
func (c logConfig) forPeople(w io.Writer) bool {
	return c.Format == "text" || c.Format == "auto" && isTerminal(w)
}

// isTerminal reports whether stream, a reader or a writer, is a terminal.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
