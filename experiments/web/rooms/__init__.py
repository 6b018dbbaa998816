"""Rooms of a workshop on the page's server: who is in them, what they predicted and designed, and the board that shows it.

`hall` holds the rooms and knows nothing of the web; `trying` runs what participants design; `routes` are the addresses.
"""
