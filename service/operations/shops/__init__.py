"""Shops and their connections."""
