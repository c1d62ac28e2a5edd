"""A case from its order to its end."""
