"""Takes reviews in: reads deliveries, refetches and polls."""
