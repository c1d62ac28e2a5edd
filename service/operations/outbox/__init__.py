"""Runs claimed outbox rows."""
