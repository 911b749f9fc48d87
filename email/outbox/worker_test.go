package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"watchword/email"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
)

// plan is a sender that fails as a test plans, and remembers what it was asked to do.
type plan struct {
	fail  func(m email.Message, attempt int) error // nil: never
	mutex sync.Mutex
	tried []try
	sent  []email.Message
	now   int // sends that are going on
	most  int // the most of them at once
}

// try is an attempt to send.
type try struct {
	to string
	at time.Time
}

// Send implements email.Sender.
func (p *plan) Send(_ context.Context, m email.Message) error {
	p.mutex.Lock()
	p.tried = append(p.tried, try{m.To, time.Now()})
	attempt := len(p.attempts(m.To))
	p.now++
	p.most = max(p.most, p.now)
	p.mutex.Unlock()
	var err error
	defer func() {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		p.now--
		if err == nil {
			p.sent = append(p.sent, m)
		}
	}()
	if p.fail != nil {
		err = errors.New("panicked")
		err = p.fail(m, attempt)
	}
	return err
}

// attempts are the times when a mail to that address was tried.
func (p *plan) attempts(to string) []time.Time {
	var times []time.Time
	for _, try := range p.tried {
		if try.to == to {
			times = append(times, try.at)
		}
	}
	return times
}

// wantSent expects mails to exactly these addresses, in any order.
func (p *plan) wantSent(t *testing.T, to ...string) {
	t.Helper()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	var got []string
	for _, m := range p.sent {
		got = append(got, m.To)
	}
	slices.Sort(got)
	slices.Sort(to)
	if !slices.Equal(got, to) {
		t.Errorf("sent to %q, want %q", got, to)
	}
}

// world is an outbox with a database, in a bubble whose time jumps when all wait.
type world struct {
	cfg   Config
	store *gormstore.Store
	box   *Outbox
	logs  *logs
}

// inBubble runs test in such a world.
func inBubble(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	url := gormtest.SQLiteURL(t)
	synctest.Test(t, func(t *testing.T) {
		store := gormtest.Open(t, url, nil)
		cfg := testConfig()
		cfg.Poll = time.Minute // days go by, and each look into the database takes real time
		test(t, &world{cfg: cfg, store: store, box: newOutbox(t, cfg, store), logs: new(logs)})
	})
}

// run lets a worker work for that long, and stops it.
func (w *world) run(t *testing.T, sender email.Sender, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		NewWorker(w.cfg, w.box, w.store, sender, w.logs.logger()).Run(ctx)
	}()
	time.Sleep(d) // in the bubble's time
	cancel()
	<-done
}

// wantWaiting expects that many mails in the queue.
func (w *world) wantWaiting(t *testing.T, want int) {
	t.Helper()
	if got, _, err := w.store.MailBacklog(t.Context()); err != nil || got != want {
		t.Errorf("%d mails are waiting, %v; want %d", got, err, want)
	}
}

func (w *world) wantLogged(t *testing.T, text string, want int) {
	t.Helper()
	if got := w.logs.count(text); got != want {
		t.Errorf("%q was logged %d times, want %d:\n%s", text, got, want, w.logs.text.String())
	}
}

func temporary(text string) error {
	return &email.SendError{Kind: email.Temporary, Step: "RCPT TO", Code: 450, Err: errors.New(text)}
}

func permanent() error {
	return &email.SendError{Kind: email.Permanent, Step: "RCPT TO", Code: 550, Err: errors.New("no such user")}
}

func unavailable() error {
	return &email.SendError{Kind: email.Unavailable, Step: "connecting", Err: errors.New("connection refused")}
}

func TestAMailIsSentAtOnceAndOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		sender := new(plan)
		start := time.Now()
		time.AfterFunc(w.cfg.Poll/3, func() { enqueue(t, w.box, "ada@example.com") })
		w.run(t, sender, time.Hour)
		sender.wantSent(t, "ada@example.com")
		if got := sender.attempts("ada@example.com")[0].Sub(start); got != w.cfg.Poll/3 {
			t.Errorf("it was sent after %v, want %v: as soon as it was put in", got, w.cfg.Poll/3)
		}
		w.wantWaiting(t, 0)
		if n := w.logs.count("secret"); n != 0 {
			t.Error("the log has the text of the mail")
		}
	})
}

func TestAMailOfAnotherProcessIsFound(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		other := newOutbox(t, w.cfg, w.store)
		sender := new(plan)
		start := time.Now()
		time.AfterFunc(w.cfg.Poll/3, func() { enqueue(t, other, "ada@example.com") })
		w.run(t, sender, time.Hour)
		sender.wantSent(t, "ada@example.com")
		if got := sender.attempts("ada@example.com")[0].Sub(start); got > w.cfg.Poll {
			t.Errorf("it was found after %v, want %v at most", got, w.cfg.Poll)
		}
	})
}

func TestAFailedMailIsTriedAgainLessAndLessOften(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		const tries = 6
		w.cfg.Poll = time.Second
		sender := &plan{fail: func(_ email.Message, attempt int) error {
			if attempt < tries {
				return temporary("greylisted")
			}
			return nil
		}}
		enqueue(t, w.box, "ada@example.com")
		w.run(t, sender, 20*time.Minute)
		sender.wantSent(t, "ada@example.com")
		times := sender.attempts("ada@example.com")
		if len(times) != tries {
			t.Fatalf("%d attempts, want %d", len(times), tries)
		}
		for i, wait := 1, w.cfg.FirstWait; i < tries; i, wait = i+1, 2*wait {
			if got := times[i].Sub(times[i-1]); got < wait*3/4 || got > wait+w.cfg.Poll {
				t.Errorf("the wait before attempt %d was %v, want about %v", i+1, got, wait)
			}
		}
		first := sender.sent[0]
		if first.ID == "" || first.Date.IsZero() || !first.Date.Before(times[1]) {
			t.Errorf("ID %q, date %v: want those of the promise", first.ID, first.Date)
		}
	})
}

func TestAMailIsGivenUp(t *testing.T) {
	for name, test := range map[string]struct {
		fail  error
		tries int
	}{
		"at once when it is refused":             {permanent(), 1},
		"at once when it is invalid":             {email.ErrInvalidMessage, 1},
		"after many attempts":                    {temporary("mailbox full"), 12},
		"after many attempts with unknown fault": {errors.New("unknown"), 12},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				sender := &plan{fail: func(email.Message, int) error { return test.fail }}
				enqueue(t, w.box, "ada@example.com")
				w.run(t, sender, 2*24*time.Hour)
				sender.wantSent(t)
				if got := len(sender.tried); got != test.tries {
					t.Errorf("%d attempts, want %d", got, test.tries)
				}
				w.wantWaiting(t, 0)
				w.wantLogged(t, "gave up a mail", 1)
			})
		})
	}
}

func TestASenderThatPanicsHasFailed(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		sender := &plan{fail: func(_ email.Message, attempt int) error {
			if attempt == 1 {
				panic("boom about " + secret)
			}
			return nil
		}}
		enqueue(t, w.box, "ada@example.com")
		w.run(t, sender, time.Hour)
		sender.wantSent(t, "ada@example.com")
		w.wantLogged(t, "sending a mail panicked", 1)
		w.wantLogged(t, "secret-token", 0)
	})
}

func TestABadAddressHoldsUpNobody(t *testing.T) {
	for name, fault := range map[string]error{
		"refused": permanent(), "turned away": temporary("busy"), "taken for an outage": unavailable(),
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				w.cfg.Poll = time.Second
				sender := &plan{fail: func(m email.Message, _ int) error {
					if strings.HasPrefix(m.To, "bad") {
						return fault
					}
					return nil
				}}
				var good []string
				for i := range 20 {
					to := fmt.Sprintf("good%d@example.com", i)
					good = append(good, to)
					enqueue(t, w.box, fmt.Sprintf("bad%d@example.com", i%3), to)
				}
				start := time.Now()
				w.run(t, sender, 5*time.Minute)
				sender.wantSent(t, good...)
				for _, to := range good {
					if waited := sender.attempts(to)[0].Sub(start); waited > time.Minute {
						t.Errorf("%s waited %v", to, waited)
					}
				}
			})
		})
	}
}

func TestAnOutageIsWaitedOutWithoutLoss(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		const mails = 500
		outage := 12 * time.Hour
		start := time.Now()
		sender := &plan{fail: func(email.Message, int) error {
			if time.Since(start) < outage {
				return unavailable()
			}
			return nil
		}}
		var all []string
		for i := range mails {
			all = append(all, fmt.Sprintf("user%d@example.com", i))
		}
		enqueue(t, w.box, all...)
		w.run(t, sender, outage-time.Second)
		sender.wantSent(t)
		w.wantWaiting(t, mails)
		if tries := len(sender.tried); tries > int(outage/w.cfg.MaxPause)*3/2 {
			t.Errorf("the server was tried %d times: more often than every %v", tries, w.cfg.MaxPause)
		}
		w.wantLogged(t, "no mails can be sent", 1)
		w.run(t, sender, 2*time.Minute)
		sender.wantSent(t, all...)
		w.wantWaiting(t, 0)
		if w.logs.count("waiting for long") == 0 {
			t.Error("nobody was told that mails are waiting")
		}
	})
}

func TestTriesDuringAnOutageDoNotCount(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.cfg.MaxAttempts = 2
		start := time.Now()
		turned := false
		sender := &plan{fail: func(email.Message, int) error {
			if time.Since(start) < time.Hour {
				return unavailable()
			}
			if !turned {
				turned = true
				return temporary("greylisted")
			}
			return nil
		}}
		enqueue(t, w.box, "ada@example.com")
		w.run(t, sender, 2*time.Hour)
		sender.wantSent(t, "ada@example.com")
	})
}

func TestThoseWhoFailTogetherCountAsOne(t *testing.T) {
	o := outage{max: time.Hour}
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	pause, first := o.begin(now)
	if !first || pause > firstPause || pause < firstPause*3/4 {
		t.Errorf("begin = %v, %v; want about %v, the first", pause, first, firstPause)
	}
	for range 10 {
		if again, first := o.begin(now); again != pause || first {
			t.Errorf("begin at the same time = %v, %v; want %v, not the first", again, first, pause)
		}
	}
	if next, _ := o.begin(now.Add(pause)); next > 2*firstPause || next < firstPause {
		t.Errorf("begin after the pause = %v, want about twice as much", next)
	}
	if lasted := o.over(now.Add(time.Minute)); lasted != time.Minute || o.on() {
		t.Errorf("it lasted %v, is on: %v; want a minute and no more", lasted, o.on())
	}
}

func TestAMailIsNotTriedForEver(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.cfg.MaxAge = 4 * time.Hour
		sender := &plan{fail: func(email.Message, int) error { return unavailable() }}
		enqueue(t, w.box, "ada@example.com")
		w.run(t, sender, w.cfg.MaxAge-time.Hour)
		w.wantWaiting(t, 1)
		w.run(t, sender, 2*time.Hour)
		w.wantWaiting(t, 0)
		w.wantLogged(t, "gave up a mail", 1)
	})
}

func TestMailsAreSentAtOnceAsFarAsAllowed(t *testing.T) {
	for _, limit := range []int{1, 3} {
		inBubble(t, func(t *testing.T, w *world) {
			w.cfg.Concurrency = limit
			sender := &plan{fail: func(email.Message, int) error { time.Sleep(time.Second); return nil }}
			var all []string
			for i := range 12 {
				all = append(all, fmt.Sprintf("user%02d@example.com", i))
			}
			enqueue(t, w.box, all...)
			w.run(t, sender, time.Minute)
			sender.wantSent(t, all...)
			if sender.most != limit {
				t.Errorf("%d mails at once, want %d", sender.most, limit)
			}
			for i, try := range sender.tried {
				if limit == 1 && try.to != all[i] {
					t.Errorf("mail %d went to %s, want %s", i, try.to, all[i])
				}
			}
		})
	}
}

func TestAWorkerThatStopsFinishesWhatItBegan(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		sender := &plan{fail: func(email.Message, int) error { time.Sleep(5 * time.Second); return nil }}
		w.cfg.Concurrency = 2
		enqueue(t, w.box, "a@example.com", "b@example.com", "c@example.com")
		w.run(t, sender, time.Second)
		sender.wantSent(t, "a@example.com", "b@example.com")
		w.wantWaiting(t, 1)
		w.run(t, sender, time.Minute)
		sender.wantSent(t, "a@example.com", "b@example.com", "c@example.com")
	})
}

// crash is a queue of a process that dies between sending a mail and writing that down.
type crash struct{ *gormstore.Store }

func (crash) MarkMailSent(context.Context, int64, time.Time) error { return models.ErrUnavailable }

func TestAMailThatWasSentInACrashIsSentOnceMoreAsTheSame(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		sender := new(plan)
		enqueue(t, w.box, "ada@example.com")
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			NewWorker(w.cfg, w.box, crash{w.store}, sender, w.logs.logger()).Run(ctx)
		}()
		time.Sleep(time.Second)
		cancel()
		<-done
		sender.wantSent(t, "ada@example.com")
		w.wantWaiting(t, 1)
		w.wantLogged(t, "it will be sent again", 1)
		w.run(t, sender, 10*w.cfg.Lease)
		sender.wantSent(t, "ada@example.com", "ada@example.com")
		if a, b := sender.sent[0], sender.sent[1]; a.ID != b.ID || !a.Date.Equal(b.Date) {
			t.Errorf("the copy is %q of %v, want %q of %v", b.ID, b.Date, a.ID, a.Date)
		}
		w.wantWaiting(t, 0)
	})
}

func TestADatabaseThatIsAwayIsToldOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		q := &absent{Store: w.store, until: time.Now().Add(time.Hour)}
		sender := new(plan)
		enqueue(t, w.box, "ada@example.com")
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			NewWorker(w.cfg, w.box, q, sender, w.logs.logger()).Run(ctx)
		}()
		time.Sleep(2 * time.Hour)
		cancel()
		<-done
		sender.wantSent(t, "ada@example.com")
		w.wantLogged(t, "the queue of mails cannot be read;", 1)
		w.wantLogged(t, "the queue of mails can be read again", 1)
	})
}

// absent is a queue that cannot be reached for a while.
type absent struct {
	*gormstore.Store
	until time.Time
}

func (a *absent) ClaimMail(ctx context.Context, now, leaseEnd time.Time) (*models.OutboxMail, error) {
	if now.Before(a.until) {
		return nil, models.ErrUnavailable
	}
	return a.Store.ClaimMail(ctx, now, leaseEnd)
}

func TestAChangedKeyIsNoReasonToSendNonsense(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		enqueue(t, w.box, "ada@example.com")
		w.cfg.Keys = []string{"another key"}
		w.box = newOutbox(t, w.cfg, w.store)
		sender := new(plan)
		w.run(t, sender, time.Minute)
		sender.wantSent(t)
		w.cfg.Keys = []string{"another key", "a secret key"}
		w.box = newOutbox(t, w.cfg, w.store)
		w.run(t, sender, time.Hour)
		sender.wantSent(t, "ada@example.com")
	})
}

func TestFinishedMailsAreSweptAwayInTime(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		enqueue(t, w.box, "ada@example.com")
		w.run(t, new(plan), time.Minute)
		enqueue(t, w.box, "bob@example.com")
		for after, want := range map[time.Duration]int{w.cfg.Retention - time.Hour: 0, w.cfg.Retention: 1} {
			if got, err := w.box.Sweep(t.Context(), time.Now().Add(after), 10); err != nil || got != want {
				t.Errorf("after %v: %d mails deleted, %v; want %d", after, got, err, want)
			}
		}
		w.wantWaiting(t, 1)
	})
}

func TestSeveralWorkersSendEachMailOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		sender := &plan{fail: func(email.Message, int) error { time.Sleep(time.Millisecond); return nil }}
		var all []string
		for i := range 60 {
			all = append(all, fmt.Sprintf("user%d@example.com", i))
		}
		enqueue(t, w.box, all...)
		var running sync.WaitGroup
		for range 3 {
			running.Go(func() { w.run(t, sender, time.Minute) })
		}
		running.Wait()
		sender.wantSent(t, all...)
	})
}
