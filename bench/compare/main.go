// Compare measures Watchword against Django REST framework and simplejwt under gunicorn: the same requests, the same
// rows of the same PostgreSQL database, the same password hash, in turns. It prints a table in Markdown and writes a
// chart. It needs gunicorn, Django, Django REST framework and simplejwt as Debian packages them, wrk, and an empty
// database.
//
//	go run ./bench/compare -postgres postgres://me@127.0.0.1/bench -chart bench/compare.svg
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// run measures as the arguments say and writes the table to out.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	postgres := flags.String("postgres", "", "URL of a database without tables, or with Watchword's")
	chart := flags.String("chart", "", "file for the chart, SVG")
	rounds := flags.Int("rounds", 5, "rounds of each load")
	length := flags.Duration("length", 2*time.Second, "length of a round")
	if err := flags.Parse(args); err != nil {
		return err
	}
	bench, err := prepare(ctx, *postgres)
	if err != nil {
		return err
	}
	defer bench.close()
	var results []result
	for _, s := range []setup{{}, {caching: true}, {rotating: true}} {
		some, err := bench.compare(ctx, s, *rounds, *length)
		if err != nil {
			return err
		}
		results = append(results, some...)
	}
	if err := writeTable(out, results); err != nil {
		return err
	}
	if *chart == "" {
		return nil
	}
	return os.WriteFile(*chart, []byte(drawChart(results)), 0o644)
}

// compare puts the loads of one setup on both servers, in turns.
func (b *bench) compare(ctx context.Context, s setup, rounds int, length time.Duration) (results []result, err error) {
	contenders, err := b.start(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, c := range contenders {
			c.stop()
		}
	}()
	for _, l := range loads {
		if !s.has(l) {
			continue
		}
		r := result{title: s.title(l)}
		for range rounds {
			for i, c := range contenders {
				m, err := l.put(ctx, c, length)
				if err != nil {
					return nil, fmt.Errorf("%s, %s: %w", l.title, c.name, err)
				}
				r.rounds[i] = append(r.rounds[i], m)
			}
		}
		results = append(results, r)
	}
	return results, nil
}
