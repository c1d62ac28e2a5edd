"""What runs without anybody asking: the drain, the clock, housekeeping."""
