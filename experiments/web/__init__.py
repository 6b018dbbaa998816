"""The page: a small server of one's own machine, and the static page it hands out.

The page needs nothing from elsewhere: its scripts, styles and words come from this package, and every number from the
simulation. State lives in the address of the page, so a request says everything it needs and the server remembers nothing
but results it can make again.
"""
