package password

// similarity refuses passwords that are made of nearly the same characters as one of the user's attributes, or as a
// word of it.
//
// Source: Django, UserAttributeSimilarityValidator; Python, difflib.SequenceMatcher.quick_ratio.
type similarity struct {
	attributes []string
	most       float64
}

func newSimilarity(opts *options) similarity {
	const name = "max_similarity"
	v := similarity{
		attributes: opts.texts("user_attributes", []string{"username", "first_name", "last_name", "email"}),
		most:       opts.number(name, 0.7),
	}
	if v.most < 0.1 {
		opts.fail(name, "must be at least 0.1")
	}
	return v
}

func (v similarity) Validate(password string, user Attributes) *Fault {
	if user == nil {
		return nil
	}
	characters := []rune(lower(password))
	for _, attribute := range v.attributes {
		value := lower(user[attribute])
		if value != "" && v.like(characters, append(words(value), value)) {
			return &Fault{Code: TooSimilar, Attribute: attribute}
		}
	}
	return nil
}

// like reports whether the password is like one of the parts.
func (v similarity) like(password []rune, parts []string) bool {
	for _, text := range parts {
		part := []rune(text)
		if !v.muchShorter(len(part), len(password)) && quickRatio(password, part) >= v.most {
			return true
		}
	}
	return false
}

// muchShorter reports that a part is so much shorter than the password that it need not be compared.
//
// Source: Django, exceeds_maximum_length_ratio.
func (v similarity) muchShorter(part, password int) bool {
	return password >= 10*part && float64(part) < v.most/2*float64(password)
}

// quickRatio is twice the number of characters that a and b have in common, in any order, by the number of all.
func quickRatio(a, b []rune) float64 {
	if len(a)+len(b) == 0 {
		return 1
	}
	available := make(map[rune]int, len(b))
	for _, r := range b {
		available[r]++
	}
	matches := 0
	for _, r := range a {
		if available[r] > 0 {
			available[r]--
			matches++
		}
	}
	return 2 * float64(matches) / float64(len(a)+len(b))
}

// words splits text at everything that is not a letter, digit or underscore, empty words included.
//
// Source: Python, re.split(r"\W+", text).
func words(text string) []string {
	var parts []string
	start, inGap := 0, false
	for i, r := range text {
		switch {
		case isWord(r) && inGap:
			start, inGap = i, false
		case !isWord(r) && !inGap:
			parts = append(parts, text[start:i])
			inGap = true
		}
	}
	if inGap {
		return append(parts, "")
	}
	return append(parts, text[start:])
}
