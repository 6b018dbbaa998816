"""The Python functions: a question in, an answer and a folder of results out."""
