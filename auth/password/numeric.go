package password

// numeric refuses passwords of nothing but digits, of any script, superscripts included.
//
// Source: Django, NumericPasswordValidator; Python, str.isdigit.
type numeric struct{}

func (numeric) Validate(password string, _ Attributes) *Fault {
	for _, r := range password {
		if !isDigit(r) {
			return nil
		}
	}
	if password == "" {
		return nil
	}
	return &Fault{Code: EntirelyNumeric}
}
