package dialects

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/labstack/echo/v4"
)

// recoverPanic answers a panic like any other error of ours, and logs where it came from.
func (s *Site) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if abort, ok := cause.(error); ok && errors.Is(abort, http.ErrAbortHandler) {
				panic(cause) // net/http's own way of hanging up
			}
			s.log.LogAttrs(c.Request().Context(), slog.LevelError, "panic", slog.String("request", requestID(c)),
				slog.String("stack", string(debug.Stack())))
			err = fmt.Errorf("panic: %v", cause)
		}()
		return next(c)
	}
}
