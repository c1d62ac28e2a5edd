"""/api/v1 for programs."""
