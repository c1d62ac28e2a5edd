"""What adapters of JSON APIs share: calls and their errors, reading what comes back, finding in lists."""
