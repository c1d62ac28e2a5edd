"""Rules of shops: the states of their connections."""
