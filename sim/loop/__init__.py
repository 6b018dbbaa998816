"""The compiled walk: the month and its five links, each a pass over the bureau that calls rules."""
