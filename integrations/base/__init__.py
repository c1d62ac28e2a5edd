"""What adapters share: calls and their errors, reading what comes back, lists, orders, amounts, comparing."""
