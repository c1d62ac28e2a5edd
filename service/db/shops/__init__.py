"""Rows of shops and their connections."""
