"""The documents a user writes (schemes, organisations, behaviour, studies): models, readers, and words about them.

Nothing is imported here, so that asking for one document does not pay for the others.
"""
