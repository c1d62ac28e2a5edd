"""Adapters for store platforms and message channels, behind one small contract."""
