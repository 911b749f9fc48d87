package web

import (
	"time"

	"watchword/email"
)

// Server is what the page is told about the server that it talks to.
type Server struct {
	Tour   bool              `json:"tour"`           // the demonstration is all that this server is for
	Data   string            `json:"data,omitempty"` // where it keeps what is done on the page
	Inbox  bool              `json:"inbox"`          // whether mails are shown on the page
	Mails  string            `json:"mails"`          // the backend that mails go to
	Mounts map[string]string `json:"mounts"`         // what is served, and below which path
	Docs   string            `json:"docs,omitempty"` // where all of it is described

	Bearer         string   `json:"bearer"`         // the word before a JWT in the header
	AccessLifetime int      `json:"accessLifetime"` // seconds
	Rotates        bool     `json:"rotates"`        // whether a refresh hands out a new refresh token
	JWTCookies     *Cookies `json:"jwtCookies"`     // of dj-rest-auth; nil: its tokens are in bodies
	SessionCookie  string   `json:"sessionCookie"`
	CSRFCookie     string   `json:"csrfCookie"`
	CSRFHeader     string   `json:"csrfHeader"`
	Everywhere     bool     `json:"everywhere"` // whether the demonstration resources know people by every scheme

	Signups   bool `json:"signups"`   // whether people can register at dj-rest-auth's mount
	Registers bool `json:"registers"` // the same at authtoken's
	Enrols    bool `json:"enrols"`    // the same at ai-kit's
}

// Cookies are the names of the cookies with tokens.
type Cookies struct {
	Access  string `json:"access"`
	Refresh string `json:"refresh"`
}

// Inbox keeps mails for people to look at; *email.Memory does.
type Inbox interface {
	// Mails returns the mails that were sent, the oldest first.
	Mails() []email.Message
}

// mail is a message as the page shows it.
type mail struct {
	ID      string    `json:"id"`
	Date    time.Time `json:"date"`
	From    string    `json:"from"`
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
}

// shown returns mails for the page, the newest first. Their HTML is left out: the text says the same.
func shown(mails []email.Message) []mail {
	out := make([]mail, len(mails))
	for i, m := range mails {
		out[len(mails)-1-i] = mail{ID: m.ID, Date: m.Date, From: m.From, To: m.To, Subject: m.Subject, Text: m.Text}
	}
	return out
}
