// Package signing makes and checks Django's signed values: salted HMACs, signed and time-stamped JSON, password reset
// tokens and session hashes. A value made here is accepted by a Django server that has the same SECRET_KEY, and the
// other way round.
//
// Everything is safe for concurrent use: after their constructors the types only read.
package signing
