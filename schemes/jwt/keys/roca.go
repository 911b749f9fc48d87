package keys

import "math/big"

// weakGenerator reports whether n looks like a modulus from Infineon's faulty RSA library (ROCA, CVE-2017-15361): its
// primes are built from powers of 65537, so modulo every small prime n is itself a power of 65537. A sound modulus
// practically never passes as one by chance.
//
// Source: Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, section 2.
func weakGenerator(n *big.Int) bool {
	remainder := new(big.Int)
	for _, p := range smallPrimes {
		r := remainder.Mod(n, big.NewInt(p)).Int64()
		if !powerOfF4(r, p) {
			return false
		}
	}
	return true
}

// powerOfF4 reports whether r is a power of 65537 modulo p.
func powerOfF4(r, p int64) bool {
	for power, i := int64(1), int64(0); i < p; i++ {
		if power == r {
			return true
		}
		power = power * minRSAExponent % p
	}
	return false
}

var smallPrimes = []int64{
	3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113,
	127, 131, 137, 139, 149, 151, 157, 163, 167,
}
