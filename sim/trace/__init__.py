"""One cadre's appraised year as a tree: from the grade down to draws and rules, each number the run's own.

`recording` walks a year link by link and keeps what the world was like between links. `grading`, `units`, `months`, `choosing`,
`ability` and `planning` grow the tree from it, from the grade downwards. `nodes` says what a node is and works every parent out
again from its children; `flipping` looks for the nearest change that would have moved the grade; `telling` puts it into words.
"""
