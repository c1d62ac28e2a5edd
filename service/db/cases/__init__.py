"""Rows of cases: reads, the list, the search."""
