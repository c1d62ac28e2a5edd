"""Removes buyers' data."""
