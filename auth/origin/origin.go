// Package origin says where something comes from that happens to an account: from which client, in which request, at
// which endpoint. It travels in the context, so that what is counted or written down far below an endpoint can name it.
package origin

import (
	"context"
	"strings"
)

// Origin is where something comes from. The zero value is nowhere: the server itself.
type Origin struct {
	Client  string // an address, for IPv6 its network of 64 bits; of a command, the user of the machine who gave it
	Request string // the id of the request, which its answer and the log have too; "" for commands
	Route   string // the pattern of the path, never the path itself; or CommandPrefix and the name of a command
}

// CommandPrefix begins the Route of what a command does. No path begins with it.
const CommandPrefix = "command "

// Command reports whether somebody at this machine has done it, rather than a client.
func (o Origin) Command() bool { return strings.HasPrefix(o.Route, CommandPrefix) }

type key struct{}

// With returns a context of what o causes.
func With(ctx context.Context, o Origin) context.Context { return context.WithValue(ctx, key{}, o) }

// Of returns where what is done in ctx comes from.
func Of(ctx context.Context) Origin {
	o, _ := ctx.Value(key{}).(Origin)
	return o
}
