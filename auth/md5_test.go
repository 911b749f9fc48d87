package auth_test

import (
	"crypto/md5"
	"encoding/hex"
)

// md5Of is the digest in Django's md5 format.
func md5Of(salt, password string) string {
	digest := md5.Sum([]byte(salt + password))
	return hex.EncodeToString(digest[:])
}
