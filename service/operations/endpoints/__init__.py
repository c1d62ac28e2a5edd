"""Tells programs of a shop what happens to its cases (Standard Webhooks)."""
