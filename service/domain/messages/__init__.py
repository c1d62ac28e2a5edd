"""Rules of messages: kinds, texts, times, content and policy."""
