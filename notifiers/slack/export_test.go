package slack

// KindOf is open to the tests: the table itself must hold every listed error.
var KindOf = kindOf
