"""Keeps the totals that reports are made of."""
