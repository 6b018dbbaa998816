"""What holds for all tests: output is as wide as in a pipe (xdist gives its workers COLUMNS=80)."""

import os

os.environ.pop("COLUMNS", None)
