"""The kinds of study: one module a verb, each the settings that a study file gives in the block of that name."""
