"""Removes what tells of a buyer."""
