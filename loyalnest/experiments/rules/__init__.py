"""Decisions of experiments: who meets what, what counts, and what may be said of it."""
