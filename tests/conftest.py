"""What holds for all tests: output is as wide as in a pipe (xdist gives its workers COLUMNS=80)."""

import os

# Its pytest plugin imports it after the last test otherwise, where Python 3.11 can fail to parse it ("AST constructor recursion
# depth mismatch") when a file is run alone.
import hypothesis  # noqa: F401

os.environ.pop("COLUMNS", None)
