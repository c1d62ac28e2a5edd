"""Rows of proposals and make-goods."""
