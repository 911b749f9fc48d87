// Package password hashes passwords the way Django does, checks them, and judges whether a new one is good enough.
//
// A Registry knows the hashers: it writes with the preferred one and reads all that are configured. All its work goes
// through a Gate, which keeps a flood of logins from taking the machine. The Validators judge new passwords.
//
// A row written here can be read by Django, and the other way round.
package password
