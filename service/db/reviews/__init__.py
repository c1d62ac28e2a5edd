"""Rows of reviews and deliveries."""
