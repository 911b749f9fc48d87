package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// result is a load with its rounds on Watchword and on Django. The rounds of the same number ran one after the other.
type result struct {
	title  string
	rounds [2][]measured
}

// Of what a round has shown, these are the figures that are reported.
func perSecond(m measured) float64 { return m.perSecond }
func tail(m measured) float64      { return float64(m.p99) / float64(time.Millisecond) }
func processor(m measured) float64 { return float64(m.processor) / float64(time.Microsecond) }
func memory(m measured) float64    { return m.memory }

// median returns the median of a figure over the rounds of one side.
func (r result) median(side int, figure func(measured) float64) float64 {
	var values []float64
	for _, m := range r.rounds[side] {
		values = append(values, figure(m))
	}
	return middle(values)
}

// ratio divides Watchword's figure by Django's, pair by pair of rounds, and returns the median.
func (r result) ratio(figure func(measured) float64) float64 {
	var values []float64
	for i := range r.rounds[0] {
		values = append(values, figure(r.rounds[0][i])/figure(r.rounds[1][i]))
	}
	return middle(values)
}

func middle(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// writeTable prints the results as a table in Markdown.
func writeTable(out io.Writer, results []result) error {
	var b strings.Builder
	b.WriteString("| request | per second: Watchword | Django | times | p99 ms: Watchword | Django | " +
		"CPU µs each: Watchword | Django | times less | MiB: Watchword | Django |\n")
	b.WriteString("|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, r := range results {
		fmt.Fprintf(&b, "| %s | %.0f | %.0f | **%.1f** | %.1f | %.1f | %.0f | %.0f | **%.1f** | %.0f | %.0f |\n", r.title,
			r.median(0, perSecond), r.median(1, perSecond), r.ratio(perSecond), r.median(0, tail), r.median(1, tail),
			r.median(0, processor), r.median(1, processor), 1/r.ratio(processor), r.median(0, memory), r.median(1, memory))
	}
	_, err := io.WriteString(out, b.String())
	return err
}
