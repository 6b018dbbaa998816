"""Lessons for workshops: read, worked out by real runs, set beside theory, and printed as handouts."""
