package main

import (
	"errors"

	"watchword/auth"
)

// ownAccountConfig is what users may do with their own account beyond the protocols.
type ownAccountConfig struct {
	Addresses        auth.AddressConfig          `setting:",inline"`
	Reauthentication auth.ReauthenticationConfig `setting:",inline"`
	Deletion         auth.DeletionConfig         `setting:",inline"`
}

func defaultOwnAccount() ownAccountConfig {
	return ownAccountConfig{auth.DefaultAddressConfig(), auth.DefaultReauthenticationConfig(), auth.DefaultDeletionConfig()}
}

// exactOwnAccount bounds what django-allauth does not bound by nothing.
func exactOwnAccount() ownAccountConfig {
	c := defaultOwnAccount()
	c.Addresses, c.Reauthentication = auth.ExactAddressConfig(), auth.ExactReauthenticationConfig()
	return c
}

// Validate returns every fault, each beginning with the setting's name.
func (c ownAccountConfig) Validate() error {
	return errors.Join(c.Addresses.Validate(), c.Reauthentication.Validate(), c.Deletion.Validate())
}
