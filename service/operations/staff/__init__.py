"""Sellers and the tokens of their programs."""
