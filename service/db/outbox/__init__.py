"""The outbox table: claims and backlog."""
