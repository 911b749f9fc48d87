package signing

import (
	"slices"
	"strings"
)

// EmailsExtra returns the Subject.Extra of django-allauth: the user's own address in lower case and those of the
// account_emailaddress rows as they are, each once, sorted, with "|" between them. A token then dies as soon as an
// address is added or taken away.
//
// Source: django-allauth, allauth.account.forms.EmailAwarePasswordResetTokenGenerator.
func EmailsExtra(own string, addresses []string) string {
	all := slices.Clone(addresses)
	if own != "" {
		all = append(all, strings.ToLower(own))
	}
	slices.Sort(all) // by bytes, which for UTF-8 is by code point, as in Python
	return strings.Join(slices.Compact(all), "|")
}
