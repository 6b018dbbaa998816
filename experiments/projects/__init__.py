"""A bureau's own project: made, checked and advised on before any run."""
