"""Keeps a row for whatever waits for a person."""
