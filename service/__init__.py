"""Makegood itself: rules, rows, operations and pages."""

VERSION = "0.2.0"
"""Raised with each release; told by the pages, `/health` and `makegood --version`."""
