"""Rows and how they are read, written and claimed."""
