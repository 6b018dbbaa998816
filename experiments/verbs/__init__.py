"""One verb, one file: each turns a design into an answer, and none imports another."""
