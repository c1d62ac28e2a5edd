"""Rows of sellers, and counts of attempts to sign in."""
