package webhooks

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
)

const (
	oldSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	newSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDrKWuQ2LxbkQ="
)

// ada is somebody things happen to.
var ada = models.User{ID: "7", Username: "ada", Email: "ada@example.com", Password: "a hash"}

// delivery is one request that a receiver got.
type delivery struct {
	header http.Header
	body   []byte
}

func (d delivery) id() string { return d.header.Get("webhook-id") }

// receiver is a web server that takes messages, and answers as answer says.
type receiver struct {
	*httptest.Server
	got    chan delivery
	answer func(attempt int) int // nil: always 204
}

func newReceiver(t *testing.T, answer func(attempt int) int) *receiver {
	t.Helper()
	r := &receiver{got: make(chan delivery, 100), answer: answer}
	attempt := 0 // messages come one after the other
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil || q.Method != http.MethodPost || q.Header.Get("Content-Type") != "application/json" {
			t.Errorf("got %s %v %v", q.Method, q.Header, err)
		}
		attempt++
		status := http.StatusNoContent
		if answer != nil {
			status = answer(attempt)
		}
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		r.got <- delivery{q.Header, body}
	}))
	t.Cleanup(r.Close)
	return r
}

// next returns the next delivery.
func (r *receiver) next(t *testing.T) delivery {
	t.Helper()
	select {
	case d := <-r.got:
		return d
	case <-t.Context().Done():
		t.Fatal("nothing came")
	case <-time.After(time.Minute):
		t.Fatal("nothing came")
	}
	return delivery{}
}

// verify checks a signature with nothing but the specification at hand.
func (d delivery) verify(t *testing.T, secret string) {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%s.%s.%s", d.id(), d.header.Get("webhook-timestamp"), d.body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for signature := range strings.FieldsSeq(d.header.Get("webhook-signature")) {
		if signature == want {
			return
		}
	}
	t.Errorf("no signature %s in %q", want, d.header.Get("webhook-signature"))
}

// world is webhooks for one receiver.
type world struct {
	t     *testing.T
	cfg   Config
	store *gormstore.Store
	pub   *Publisher
}

func newWorld(t *testing.T, r *receiver, change func(*Config)) *world {
	t.Helper()
	store := gormtest.SQLite(t)
	w := &world{t: t, store: store, cfg: DefaultConfig()}
	w.cfg.Endpoints = []Endpoint{{URL: r.URL + "/secret-path", Secrets: []string{newSecret, oldSecret}}}
	w.cfg.Waits, w.cfg.Poll = []time.Duration{time.Millisecond, time.Millisecond}, time.Millisecond
	if change != nil {
		change(&w.cfg)
	}
	must(t, w.cfg.Validate())
	w.pub = NewPublisher(w.cfg, store)
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// start runs a worker until the test ends or the function is called.
func (w *world) start(log *slog.Logger) (stop func()) {
	w.t.Helper()
	worker, err := NewWorker(w.cfg, w.pub, w.store, log)
	must(w.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		worker.Run(ctx)
		close(done)
	}()
	stop = func() {
		cancel()
		<-done
	}
	w.t.Cleanup(stop)
	return stop
}

func (w *world) publish(e models.Event, u models.User) {
	w.t.Helper()
	must(w.t, w.pub.Publish(w.t.Context(), e, u))
}

// left says how many messages are in the queue.
func (w *world) left(at time.Time) (n int) {
	w.t.Helper()
	for {
		_, err := w.store.ClaimWebhook(w.t.Context(), w.cfg.Endpoints[0].URL, at, at.Add(time.Hour))
		if errors.Is(err, models.ErrNotFound) {
			return n
		}
		must(w.t, err)
		n++
	}
}

func TestWhatIsCommittedIsDeliveredOnceInOrderAndSigned(t *testing.T) {
	r := newReceiver(t, nil)
	w := newWorld(t, r, nil)
	undone := errors.New("undone")
	err := w.store.Atomic(t.Context(), func(ctx context.Context) error {
		must(t, w.pub.Publish(ctx, models.EventPostLogin, models.User{Username: "nobody"}))
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	const many = 20
	stop := w.start(slog.Default())
	for i := range many {
		w.publish(models.EventPostLogin, models.User{ID: "7", Username: strconv.Itoa(i)})
	}
	w.publish(models.EventPreLogin, ada) // not asked for
	seen := map[string]bool{}
	for i := range many {
		d := r.next(t)
		d.verify(t, oldSecret)
		d.verify(t, newSecret)
		var said struct{ Data struct{ Username string } }
		must(t, json.Unmarshal(d.body, &said))
		if said.Data.Username != strconv.Itoa(i) {
			t.Errorf("message %d is about %s", i, said.Data.Username)
		}
		seen[d.id()] = true
	}
	stop()
	if len(seen) != many || len(r.got) != 0 || w.left(time.Now().AddDate(1, 0, 0)) != 0 {
		t.Errorf("%d ids, %d more deliveries", len(seen), len(r.got))
	}
}

func TestAMessageSaysWhoAndWhenAndNothingElse(t *testing.T) {
	r := newReceiver(t, nil)
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	w := newWorld(t, r, func(c *Config) {
		c.Endpoints[0].Events = []models.Event{models.EventPasswordChanged, models.EventPreRegistered}
		c.Now = func() time.Time { return at }
	})
	w.start(slog.Default())
	w.publish(models.EventPostLogin, ada)
	w.publish(models.EventPasswordChanged, ada)
	w.publish(models.EventPreRegistered, models.User{Username: "new"})
	for _, want := range []string{
		`{"type":"user.password_changed","timestamp":"2026-03-04T05:06:07Z","data":{"id":7,"username":"ada","email":"ada@example.com"}}`,
		`{"type":"user.pre_registered","timestamp":"2026-03-04T05:06:07Z","data":{"id":null,"username":"new","email":""}}`,
	} {
		d := r.next(t)
		if diff := cmp.Diff(want, string(d.body)); diff != "" {
			t.Error(diff)
		}
		if got := d.header.Get("webhook-timestamp"); got != strconv.FormatInt(at.Unix(), 10) {
			t.Errorf("timestamp %s", got)
		}
	}
}

func TestSignaturesAreThoseOfTheSpecification(t *testing.T) {
	s, err := newSender(Endpoint{URL: "https://example.com", Secrets: []string{oldSecret}},
		func() time.Time { return time.Unix(1614265330, 0) })
	must(t, err)
	h := http.Header{}
	must(t, s.sign(h, &models.Webhook{MessageID: "msg_p5jXN8AQM9LWM0D4loKWxJek", Payload: []byte(`{"test": 2432232314}`)}))
	const want = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	if got := h.Get("webhook-signature"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestARefusedMessageIsSentAgainAndThenGivenUp(t *testing.T) {
	for name, tt := range map[string]struct {
		answer       func(attempt int) int
		sent, queued int
	}{
		"two failures and a success": {func(n int) int { return []int{0, 500, 503, 200}[min(n, 3)] }, 3, 0},
		"never":                      {func(int) int { return 500 }, 3, 0},
		"a redirect is no success":   {func(int) int { return 307 }, 3, 0},
		"gone":                       {func(int) int { return 410 }, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(t, tt.answer)
			w := newWorld(t, r, nil)
			var log strings.Builder
			stop := w.start(slog.New(slog.NewTextHandler(&log, nil)))
			w.publish(models.EventPostLogin, ada)
			first := r.next(t)
			for range tt.sent - 1 {
				if again := r.next(t); again.id() != first.id() || string(again.body) != string(first.body) {
					t.Errorf("the copy is %s %s", again.id(), again.body)
				}
			}
			stop()
			if got := w.left(time.Now().AddDate(1, 0, 0)); got != tt.queued || len(r.got) != 0 {
				t.Errorf("%d left, %d more deliveries", got, len(r.got))
			}
			if strings.Contains(log.String(), "secret-path") || strings.Contains(log.String(), "ada") {
				t.Errorf("the log says too much: %s", log.String())
			}
		})
	}
}

func TestWhatADeadProcessHadClaimedIsSentWhenItsLeaseIsOver(t *testing.T) {
	r := newReceiver(t, nil)
	w := newWorld(t, r, nil)
	w.publish(models.EventPostLogin, ada)
	now := time.Now()
	claimed, err := w.store.ClaimWebhook(t.Context(), w.cfg.Endpoints[0].URL, now, now.Add(w.cfg.Endpoints[0].lease()))
	must(t, err)
	if got := w.left(now.Add(w.cfg.Endpoints[0].lease() - time.Second)); got != 0 {
		t.Fatalf("%d can be claimed though somebody has the lease", got)
	}
	w.cfg.Now = func() time.Time { return now.Add(w.cfg.Endpoints[0].lease()) }
	w.start(slog.Default())
	if d := r.next(t); d.id() != claimed.MessageID {
		t.Errorf("got %s, want %s", d.id(), claimed.MessageID)
	}
}

func TestADeafEndpointHoldsUpNoOther(t *testing.T) {
	release := make(chan struct{})
	deaf := newReceiver(t, func(int) int { <-release; return 204 })
	other := newReceiver(t, nil)
	w := newWorld(t, deaf, func(c *Config) {
		c.Endpoints = append(c.Endpoints, Endpoint{URL: other.URL, Secrets: []string{newSecret}})
	})
	w.start(slog.Default())
	w.publish(models.EventPostLogin, ada)
	other.next(t)
	close(release)
	deaf.next(t)
}

func TestSweepDeletesWhatIsOld(t *testing.T) {
	r := newReceiver(t, nil)
	w := newWorld(t, r, nil)
	stop := w.start(slog.Default())
	w.publish(models.EventPostLogin, ada)
	r.next(t)
	stop()
	for _, step := range []struct {
		now  time.Time
		want int
	}{{time.Now(), 0}, {time.Now().Add(w.cfg.Retention + time.Hour), 1}} {
		if got, err := w.pub.Sweep(t.Context(), step.now, 10); err != nil || got != step.want {
			t.Errorf("swept %d, %v; want %d", got, err, step.want)
		}
	}
}

func TestSettingsThatCannotWorkAreNamed(t *testing.T) {
	good := Endpoint{URL: "https://example.com/", Secrets: []string{newSecret}}
	for name, tt := range map[string]struct {
		change func(*Endpoint)
		want   string // "" for none
	}{
		"https":            {func(*Endpoint) {}, ""},
		"loopback":         {func(e *Endpoint) { e.URL = "http://127.0.0.1:9/" }, ""},
		"http":             {func(e *Endpoint) { e.URL = "http://example.com/" }, "WEBHOOKS[0].URL: is http"},
		"http and allowed": {func(e *Endpoint) { e.URL, e.Insecure = "http://example.com/", true }, ""},
		"other scheme":     {func(e *Endpoint) { e.URL = "file:///etc/passwd" }, "WEBHOOKS[0].URL: must be an address"},
		"password":         {func(e *Endpoint) { e.URL = "https://a:b@example.com/" }, "WEBHOOKS[0].URL: must have no user"},
		"no secret":        {func(e *Endpoint) { e.Secrets = nil }, "WEBHOOKS[0].SECRETS: is needed"},
		"short secret":     {func(e *Endpoint) { e.Secrets = []string{"whsec_c2hvcnQ="} }, "WEBHOOKS[0].SECRETS[0]: must be whsec_"},
		"no prefix":        {func(e *Endpoint) { e.Secrets = []string{newSecret[6:]} }, "WEBHOOKS[0].SECRETS[0]: must be whsec_"},
		"unknown event":    {func(e *Endpoint) { e.Events = []models.Event{"user.sneezed"} }, "WEBHOOKS[0].EVENTS[0]: there is no event"},
		"long time-out":    {func(e *Endpoint) { e.Timeout = time.Hour }, "WEBHOOKS[0].TIMEOUT: must be a minute"},
	} {
		cfg, e := DefaultConfig(), good
		tt.change(&e)
		cfg.Endpoints = []Endpoint{e}
		err := cfg.Validate()
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.want)) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
}
