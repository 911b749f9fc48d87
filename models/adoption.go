package models

import "time"

// Adoption is the row of watchword_adoption: a database that a Django project made is used by this server too.
type Adoption struct {
	AdoptedAt time.Time
	Server    string // the version of the server that did it
	Found     string // what it found there, a JSON object
}
