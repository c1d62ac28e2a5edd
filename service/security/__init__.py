"""Secrets: links that are signed, values that are encrypted, fresh keys."""
