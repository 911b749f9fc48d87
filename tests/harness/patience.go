package harness

import "time"

// Patience is how long a test waits for what must come. Only a test that fails waits so long: a slow machine, and a slow
// disk, must not fail any.
const Patience = 5 * time.Minute
