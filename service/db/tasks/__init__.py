"""Rows of tasks: what waits, counted and in order."""
