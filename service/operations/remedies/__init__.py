"""Proposes, decides and carries out make-goods."""
