"""Verbs: one function for each thing a person or a clock can do."""
