"""Rules of reviews and their versions."""
