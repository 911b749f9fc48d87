package attack

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// patience is for answers, not a limit that is asserted: some attacks make a server wait for its own time-outs.
const patience = 90 * time.Second

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	Closed bool // the server closed the connection afterwards
}

// Send writes a request and reads the answer. The server may answer before everything is written.
func (r *Request) Send(ctx context.Context, host string, v Values) (Answer, error) {
	head, write := r.render(host, v)
	answers, err := exchange(ctx, host, r.Method, 1, func(w io.Writer) error {
		return write(w, head)
	}, false)
	if err != nil {
		return Answer{}, err
	}
	return answers[0], nil
}

// SendRaw writes bytes and reads count answers. halfClose ends the sending side afterwards.
func SendRaw(ctx context.Context, host, raw string, count int, halfClose bool) ([]Answer, error) {
	method, _, _ := strings.Cut(raw, " ")
	return exchange(ctx, host, method, count, func(w io.Writer) error {
		_, err := io.WriteString(w, raw)
		return err
	}, halfClose)
}

// writeAfter writes a body after a head. What is short goes out together with it: a server that refuses the head and closes
// would otherwise meet a body that nobody reads, for which TCP takes the answer back.
type writeAfter func(w io.Writer, head string) error

// render makes the head and the writer of both.
func (r *Request) render(host string, v Values) (head string, write writeAfter) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", r.Method, v.Expand(r.Path))
	given := map[string]bool{}
	for _, header := range r.Headers {
		fmt.Fprintf(&b, "%s: %s\r\n", header[0], v.Expand(header[1]))
		given[strings.ToLower(header[0])] = true
	}
	length, write := r.body(v)
	for _, header := range [][2]string{{"Host", host}, {"Content-Length", strconv.Itoa(length)}, {"Connection", "close"}} {
		if !given[strings.ToLower(header[0])] {
			fmt.Fprintf(&b, "%s: %s\r\n", header[0], header[1])
		}
	}
	return b.String() + "\r\n", write
}

func (r *Request) body(v Values) (length int, write writeAfter) {
	g := r.BodyGen
	if g == nil {
		text := strings.ReplaceAll(v.Expand(r.Body), "%FFJSON%", "{\"username\":\"\xff\",\"password\":\"b\"}")
		return len(text), func(w io.Writer, head string) error {
			_, err := io.WriteString(w, head+text)
			return err
		}
	}
	closing := strings.NewReplacer("[", "]", "{", "}").Replace(strings.Trim(g.Unit, `"a:`))
	prefix, suffix := v.Expand(g.Prefix), strings.ReplaceAll(v.Expand(g.Suffix), "@close", strings.Repeat(closing, g.N))
	return len(prefix) + g.N*len(g.Unit) + len(suffix), func(w io.Writer, head string) error {
		if g.Rate > 0 {
			if _, err := io.WriteString(w, head); err != nil {
				return err
			}
			return drip(w, prefix+strings.Repeat(g.Unit, g.N)+suffix, g.Rate)
		}
		return writeRepeated(w, head+prefix, g.Unit, g.N, suffix)
	}
}

func writeRepeated(w io.Writer, prefix, unit string, n int, suffix string) error {
	buffered := bufio.NewWriterSize(w, 1<<20)
	_, err := buffered.WriteString(prefix)
	for range n {
		if err != nil {
			return err
		}
		_, err = buffered.WriteString(unit)
	}
	if err == nil {
		_, err = buffered.WriteString(suffix)
	}
	if err == nil {
		err = buffered.Flush()
	}
	return err
}

// drip writes so many bytes a second: a slow client.
func drip(w io.Writer, text string, rate int) error {
	for i := range len(text) {
		if _, err := io.WriteString(w, text[i:i+1]); err != nil {
			return err
		}
		time.Sleep(time.Second / time.Duration(rate))
	}
	return nil
}

// exchange connects, writes and reads at the same time.
func exchange(ctx context.Context, host, method string, count int, write func(io.Writer) error, halfClose bool,
) ([]Answer, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	written := make(chan error, 1)
	go func() {
		err := write(conn)
		if half, ok := conn.(*net.TCPConn); ok && halfClose && err == nil {
			err = half.CloseWrite()
		}
		written <- err
	}()
	answers, err := readAnswers(conn, method, count)
	if err != nil {
		_ = conn.Close() // ends the writing, too
		if writeErr := <-written; writeErr != nil {
			return nil, fmt.Errorf("%w (and writing: %w)", err, writeErr)
		}
		return nil, err
	}
	return answers, nil // a failed write is no matter when there is an answer
}

func readAnswers(conn net.Conn, method string, count int) ([]Answer, error) {
	reader := bufio.NewReader(conn)
	var answers []Answer
	for len(answers) < count {
		response, err := http.ReadResponse(reader, &http.Request{Method: strings.ToUpper(method)})
		if err != nil {
			return nil, fmt.Errorf("no answer: %w", err)
		}
		body, err := io.ReadAll(response.Body)
		if err := errors.Join(err, response.Body.Close()); err != nil {
			return nil, fmt.Errorf("half an answer: %w", err)
		}
		if response.StatusCode == http.StatusContinue {
			continue
		}
		answers = append(answers, Answer{Status: response.StatusCode, Header: response.Header, Body: string(body),
			Closed: response.Close})
	}
	return answers, nil
}
