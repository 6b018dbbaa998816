"""Evidence: published results as rows, each a small study of the ordinary model with the one behaviour.

`rows` reads the files of `configs/evidence/rows`, `arms` runs them, `measures` says what is read off the runs, `verdicts` holds
it against what was published. One rule for all: a row sets the setting, never the behaviour.
"""
