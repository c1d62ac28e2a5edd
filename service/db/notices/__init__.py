"""Rows of notices, and to whom they go."""
