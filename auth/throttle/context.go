package throttle

import (
	"context"
	"fmt"
	"time"

	"watchword/auth/origin"
)

// WithClient returns a context that says which client a request is from, and nothing else of its origin.
func WithClient(ctx context.Context, client string) context.Context {
	return origin.With(ctx, origin.Origin{Client: client})
}

// Client returns which client a request is from; "" outside of requests, so that commands are not counted.
func Client(ctx context.Context) string {
	o := origin.Of(ctx)
	if o.Command() {
		return ""
	}
	return o.Client
}

// Exceeded is the error for something that was done too often.
type Exceeded struct{ Wait time.Duration } // until it can be done again

// Error describes the error for logs and tests.
func (e *Exceeded) Error() string { return fmt.Sprintf("too often; again in %v", e.Wait) }
