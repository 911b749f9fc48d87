package main

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// The chart's measures, in pixels.
const (
	chartWidth  = 840
	labelWidth  = 250
	rowHeight   = 46
	barHeight   = 16
	headHeight  = 56
	widestBar   = 470
	chartMargin = 16
)

// drawChart draws the requests per second of both sides as an SVG that follows the reader's colour scheme. The scale is
// logarithmic: the sides are too far apart for another.
func drawChart(results []result) string {
	most := 1.0
	for _, r := range results {
		most = max(most, r.median(0, perSecond), r.median(1, perSecond))
	}
	bar := func(rate float64) float64 { return widestBar * math.Log10(max(1, rate)) / math.Log10(most) }
	height := headHeight + rowHeight*len(results) + chartMargin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="Requests per second">
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2430 } .small { font-size: 11px; fill: #5b6270 }
.ours { fill: #2563eb } .theirs { fill: #94a3b8 }
@media (prefers-color-scheme: dark) { text { fill: #e6e9ef } .small { fill: #a4acba } .ours { fill: #6ea0ff } .theirs { fill: #64748b } }
</style>
<text x="%d" y="24" font-weight="600">Requests per second, logarithmic</text>
<rect class="ours" x="%d" y="36" width="10" height="10"/><text class="small" x="%d" y="45">Watchword</text>
<rect class="theirs" x="%d" y="36" width="10" height="10"/><text class="small" x="%d" y="45">Django under gunicorn</text>
`, chartWidth, height, chartMargin, labelWidth, labelWidth+15, labelWidth+100, labelWidth+115)
	for i, r := range results {
		top := headHeight + rowHeight*i
		fmt.Fprintf(&b, "<text x=\"%d\" y=\"%d\">%s</text>\n", chartMargin, top+22, html.EscapeString(r.title))
		for side, class := range []string{"ours", "theirs"} {
			rate := r.median(side, perSecond)
			y := top + side*(barHeight+2)
			fmt.Fprintf(&b, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>\n", class, labelWidth, y,
				bar(rate), barHeight)
			label := fmt.Sprintf("%.0f", rate)
			if side == 0 {
				label += fmt.Sprintf(" (%.1f times)", r.ratio(perSecond))
			}
			fmt.Fprintf(&b, "<text class=\"small\" x=\"%.1f\" y=\"%d\">%s</text>\n", labelWidth+bar(rate)+6, y+12, label)
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}
