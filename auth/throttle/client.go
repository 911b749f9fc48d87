package throttle

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"unicode"
)

// everybody is the entry of TRUSTED_PROXIES that believes whoever asks.
const everybody = "*"

// ProxyConfig says whose word is taken for who a client is.
type ProxyConfig struct {
	// Trusted are addresses, networks, or "*".
	Trusted []string `setting:"TRUSTED_PROXIES" help:"Addresses and networks (10.0.0.0/8) of the proxies in front, whose X-Forwarded-For is believed: the client is the last address in it that is none of them. *: whoever asks is believed, as in Django REST framework, so that a client can be whom it likes. Empty: nobody is."`
	// Count is REST_FRAMEWORK.NUM_PROXIES; nil: it is not set.
	Count *int
}

// DefaultProxyConfig believes nobody.
func DefaultProxyConfig() ProxyConfig { return ProxyConfig{} }

// ExactProxyConfig believes everybody, as Django REST framework does without NUM_PROXIES.
func ExactProxyConfig() ProxyConfig { return ProxyConfig{Trusted: []string{everybody}} }

// Validate returns every fault, each beginning with the setting's name.
func (c ProxyConfig) Validate() error {
	_, err := c.networks()
	if c.Count != nil && *c.Count < 0 {
		err = errors.Join(err, errors.New("REST_FRAMEWORK.NUM_PROXIES: must not be negative"))
	}
	return err
}

// networks reads Trusted.
func (c ProxyConfig) networks() ([]netip.Prefix, error) {
	var list []netip.Prefix
	var faults []error
	for _, text := range c.Trusted {
		if text == everybody {
			continue
		}
		network, err := netip.ParsePrefix(text)
		if address, addressErr := netip.ParseAddr(text); addressErr == nil {
			network, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("TRUSTED_PROXIES: %q is no address, network or *", text))
			continue
		}
		list = append(list, network.Masked())
	}
	return list, errors.Join(faults...)
}

// Clients says who sends requests. It is safe for concurrent use.
type Clients struct {
	trusted []netip.Prefix
	all     bool
	count   *int
}

// NewClients returns what cfg asks for, or its faults.
func NewClients(cfg ProxyConfig) (*Clients, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	trusted, err := cfg.networks()
	return &Clients{trusted: trusted, all: slices.Contains(cfg.Trusted, everybody), count: cfg.Count}, err
}

// Of returns who sent r: an address, for IPv6 the network of 64 bits that it is in, since whoever has one address there
// has them all. Where everybody is believed it can be any text.
//
// Source: with NUM_PROXIES or "*", rest_framework.throttling.BaseThrottle.get_ident.
func (c *Clients) Of(r *http.Request) string { return canonical(c.Address(r)) }

// Address returns who sent r as [Clients.Of] does, but of IPv6 the whole address: for logs.
func (c *Clients) Address(r *http.Request) string {
	peer, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		peer = r.RemoteAddr
	}
	forwarded := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	if forwarded == "" || !c.believes(peer) {
		return peer
	}
	switch {
	case c.count != nil:
		hops := strings.Split(forwarded, ",")
		return strings.TrimSpace(hops[len(hops)-min(*c.count, len(hops))])
	case c.all:
		return withoutSpace(forwarded)
	}
	return c.lastStranger(peer, strings.Split(forwarded, ","))
}

// Trusts reports whether r comes from one of the proxies in front, or whoever else is believed what others have said.
func (c *Clients) Trusts(r *http.Request) bool {
	peer, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && c.believes(peer)
}

// believes reports whether what peer says about others counts.
func (c *Clients) believes(peer string) bool {
	switch {
	case c.count != nil && *c.count == 0:
		return false
	case c.all, c.count != nil && len(c.trusted) == 0:
		return true
	}
	address, err := netip.ParseAddr(peer)
	return err == nil && c.isProxy(address)
}

// lastStranger follows the chain of proxies, from the nearest on, to the first address that is none. What such a one has
// written, and what stands left of something unreadable, counts for nothing.
func (c *Clients) lastStranger(peer string, hops []string) string {
	for _, hop := range slices.Backward(hops) {
		address, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		peer = address.String()
		if !c.isProxy(address) {
			break
		}
	}
	return peer
}

func (c *Clients) isProxy(address netip.Addr) bool {
	return slices.ContainsFunc(c.trusted, func(network netip.Prefix) bool {
		return network.Contains(address.Unmap().WithZone(""))
	})
}

// canonical gives all addresses of one client one form.
func canonical(text string) string {
	address, err := netip.ParseAddr(text)
	if err != nil {
		return text
	}
	address = address.Unmap().WithZone("")
	if address.Is4() {
		return address.String()
	}
	network, _ := address.Prefix(64) // of an IPv6 address there is one
	return network.String()
}

func withoutSpace(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}
