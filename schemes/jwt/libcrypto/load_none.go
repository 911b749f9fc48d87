//go:build !(cgo && linux && (amd64 || arm64))

package libcrypto

import "errors"

// load finds nothing: a program without cgo cannot load libraries, and elsewhere than on Linux it is not tried.
func load() (calls, error) {
	return calls{}, errors.New("this program is built without it (it needs Linux on amd64 or arm64, and cgo)")
}
