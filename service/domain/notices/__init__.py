"""Rules of notices: what people are told is waiting, when, and when not."""
