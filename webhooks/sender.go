package webhooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"watchword/models"
)

// The bounds on an answer, of which only the status matters.
const (
	maxAnswer       = 4 << 10
	maxAnswerHeader = 16 << 10
)

// errGone says that the endpoint does not want any messages.
var errGone = errors.New("the endpoint answered 410 Gone")

// sender posts messages to one endpoint.
type sender struct {
	endpoint Endpoint
	signers  []*standardwebhooks.Webhook
	client   *http.Client
	now      func() time.Time
}

// newSender returns a sender for a valid endpoint.
func newSender(e Endpoint, now func() time.Time) (*sender, error) {
	s := &sender{endpoint: e, now: now, client: newClient(e.timeout())}
	for _, secret := range e.Secrets {
		signer, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return nil, errors.New("webhooks: a secret is not in base64")
		}
		s.signers = append(s.signers, signer)
	}
	return s, nil
}

// newClient returns a client that goes where it is told and nowhere else: a redirect is an answer like any other.
func newClient(timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			MaxIdleConnsPerHost:    1,
			IdleConnTimeout:        time.Minute,
			MaxResponseHeaderBytes: maxAnswerHeader,
			DisableCompression:     true,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// send posts w and returns nil when the endpoint has it, errGone when it wants no more, and otherwise an error that does
// not repeat what the endpoint said.
func (s *sender) send(ctx context.Context, w *models.Webhook) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint.URL, bytes.NewReader(w.Payload))
	if err != nil {
		return err
	}
	if err := s.sign(r.Header, w); err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Watchword")
	answer, err := s.client.Do(r)
	if err != nil {
		return err
	}
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer) // so that the connection can be used again
	_ = answer.Body.Close()
	switch {
	case answer.StatusCode >= 200 && answer.StatusCode < 300:
		return nil
	case answer.StatusCode == http.StatusGone:
		return errGone
	}
	return fmt.Errorf("the endpoint answered %d", answer.StatusCode)
}

// sign sets the three headers. The time is that of the attempt, so that receivers can refuse old copies.
func (s *sender) sign(h http.Header, w *models.Webhook) error {
	now := s.now()
	signatures := make([]string, len(s.signers))
	for i, signer := range s.signers {
		var err error
		if signatures[i], err = signer.Sign(w.MessageID, now, w.Payload); err != nil {
			return err
		}
	}
	h.Set(standardwebhooks.HeaderWebhookID, w.MessageID)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	h.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return nil
}
