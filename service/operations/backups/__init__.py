"""Brings a backup back so that nothing goes out twice."""
