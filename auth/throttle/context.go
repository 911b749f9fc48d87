package throttle

import (
	"context"
	"fmt"
	"time"
)

// clientKey is the context key of the client.
type clientKey struct{}

// WithClient returns a context that says which client a request is from.
func WithClient(ctx context.Context, client string) context.Context {
	return context.WithValue(ctx, clientKey{}, client)
}

// Client returns which client a request is from; "" outside of requests.
func Client(ctx context.Context) string {
	client, _ := ctx.Value(clientKey{}).(string)
	return client
}

// Exceeded is the error for something that was done too often.
type Exceeded struct{ Wait time.Duration } // until it can be done again

// Error describes the error for logs and tests.
func (e *Exceeded) Error() string { return fmt.Sprintf("too often; again in %v", e.Wait) }
