"""How runs are done and kept: the store, its parts, the runner, and what reads them back."""
