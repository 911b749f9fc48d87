package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// chainCount is how many refresh tokens a load with rotation uses up at once.
const chainCount = 2

// load is one kind of request.
type load struct {
	title       string
	path        string
	connections int
	rotating    bool // asks servers that rotate refresh tokens
	cached      bool // what it needs can be remembered, so that it is also put on a server that does
	script      string
	header      func(c *contender) string
	environ     func(c *contender) string
}

var loads = []load{
	{title: "verify", path: "/api/token/verify/", connections: 16, cached: true, script: "bench/post.lua",
		environ: func(c *contender) string { return `BODY={"token":"` + c.access + `"}` }},
	{title: "user by opaque token", path: "/dj-rest-auth/user/", connections: 16, cached: true,
		header: func(c *contender) string { return "Authorization: Token " + c.opaque }},
	{title: "user by session", path: "/dj-rest-auth/user/", connections: 16, cached: true,
		header: func(c *contender) string { return "Cookie: " + c.session }},
	{title: "user by JWT", path: "/dj-rest-auth/user/", connections: 16, cached: true,
		header: func(c *contender) string { return "Authorization: Bearer " + c.access }},
	{title: "refresh", path: "/api/token/refresh/", connections: 16, script: "bench/post.lua",
		environ: func(c *contender) string { return `BODY={"refresh":"` + c.refresh + `"}` }},
	{title: "login", path: "/auth/login/", connections: 2, script: "bench/post.lua",
		environ: func(c *contender) string { return "BODY=" + c.credentials }},
	{title: "refresh with rotation", path: "/api/token/refresh/", connections: chainCount, rotating: true,
		script: "bench/rotate.lua"},
}

// measured is what one round of a load has shown.
type measured struct {
	perSecond float64
	p99       time.Duration
	processor time.Duration // of each request
	memory    float64       // MiB at the end
}

// put puts the load on a server for a while.
func (l load) put(ctx context.Context, c *contender, length time.Duration) (measured, error) {
	seconds := strconv.Itoa(max(1, int(length.Seconds()))) + "s"
	args := []string{"--latency", "-t2", "-c" + strconv.Itoa(l.connections), "-d" + seconds}
	if l.script != "" {
		args = append(args, "-s", l.script)
	}
	if l.header != nil {
		args = append(args, "-H", l.header(c))
	}
	wrk := exec.CommandContext(ctx, "wrk", append(args, c.base+l.path)...)
	wrk.Env = append(os.Environ(), "TOKENS="+strings.Join(c.chains, " "))
	if l.environ != nil {
		wrk.Env = append(wrk.Env, l.environ(c))
	}
	before := c.processor()
	out, err := wrk.Output()
	used := c.processor() - before
	if err != nil {
		return measured{}, err
	}
	m, requests, err := readWrk(string(out))
	if err != nil {
		return measured{}, err
	}
	if l.rotating {
		if err := c.renewChains(ctx); err != nil {
			return measured{}, err
		}
	}
	m.processor, m.memory = used/time.Duration(requests), c.memory()
	return m, nil
}

// renewChains logs in anew for the next round, as the tokens of this one are used up.
func (c *contender) renewChains(ctx context.Context) error {
	for i := range c.chains {
		pair, _, err := c.post(ctx, "/api/token/", c.credentials)
		if err != nil {
			return err
		}
		c.chains[i] = pair["refresh"]
	}
	return nil
}

// What wrk prints.
var (
	wrkTotal = regexp.MustCompile(`(\d+) requests in`)
	wrkRate  = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	wrk99    = regexp.MustCompile(`99%\s+([\d.]+(?:us|ms|s|m))`)
)

// readWrk reads what wrk prints. Answers that were not good are an error.
func readWrk(out string) (m measured, requests int, err error) {
	total, rate, tail := wrkTotal.FindStringSubmatch(out), wrkRate.FindStringSubmatch(out), wrk99.FindStringSubmatch(out)
	if total == nil || rate == nil || tail == nil || strings.Contains(out, "Non-2xx") || strings.Contains(out, "Socket errors") {
		return m, 0, fmt.Errorf("not every answer was good:\n%s", out)
	}
	requests, err = strconv.Atoi(total[1])
	if err != nil || requests == 0 {
		return m, 0, errors.Join(errors.New("no request was answered"), err)
	}
	if m.perSecond, err = strconv.ParseFloat(rate[1], 64); err != nil {
		return m, 0, err
	}
	m.p99, err = time.ParseDuration(tail[1])
	return m, requests, err
}
