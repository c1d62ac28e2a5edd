"""Real servers and processes on free ports of loopback, for tests and for measurements."""
