"""Rows of sellers, and how often a door was tried."""
