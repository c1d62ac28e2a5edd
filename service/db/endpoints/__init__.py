"""Rows of endpoints and what was sent to them."""
