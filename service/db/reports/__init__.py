"""What the cases of a period were, read at once."""
