"""Tells people of what waits for them, at once or once a day, by mail and by chat services."""
