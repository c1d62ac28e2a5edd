"""Makegood itself: rules, rows, operations and pages."""
