"""One mechanism a file: small pure functions of scalars that cite their source. No state, no loops over people."""
