"""Sellers, what they may do in each shop, and the tokens of their programs."""
