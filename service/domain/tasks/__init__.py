"""Rules of tasks: what waits for a person, and how pressing it is."""
