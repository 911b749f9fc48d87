package email

import (
	"errors"
	"net/textproto"
	"os"
	"strings"
)

// stepFrom is the step that is about our own address.
const stepFrom = "MAIL FROM"

// unavailable is an error before the first mail: whatever the server said, it would say it to every mail.
func unavailable(step string, err error) *SendError {
	return &SendError{Kind: Unavailable, Step: step, Code: replyCode(err), Err: err}
}

// refusal is an error while a mail was handed over. What the server holds against us or our address rather than against
// the mail is no reason to give the mail up at once: somebody may correct the settings, or the server's.
//
// Source: RFC 5321 section 4.2.1, RFC 4954 section 6 (codes about logging in) and RFC 3463 section 3.8 (x.7.y: policy).
func refusal(step string, err error) *SendError {
	failed := &SendError{Kind: Temporary, Step: step, Code: replyCode(err), Err: err}
	switch code := failed.Code; {
	case code == 421, code == 530, code == 534, code == 535, code == 538: // closing down, or a login is missing
		failed.Kind = Unavailable
	case code >= 500 && step != stepFrom && !isPolicy(err):
		failed.Kind = Permanent
	}
	return failed
}

// isPolicy reports whether the server refuses for reasons of its own, as in "5.7.1 relaying denied".
func isPolicy(err error) bool {
	var reply *textproto.Error
	return errors.As(err, &reply) && strings.HasPrefix(reply.Msg, "5.7.")
}

// replyCode is SMTP's code in err, or 0.
func replyCode(err error) int {
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return reply.Code
	}
	return 0
}

// localName is the name to introduce ourselves with.
func localName() string {
	name, err := os.Hostname()
	if err != nil || !isHost(name) {
		return "localhost"
	}
	return name
}
