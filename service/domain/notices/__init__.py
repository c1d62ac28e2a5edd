"""Rules of notices: what people are told of what waits, when, and when not."""
