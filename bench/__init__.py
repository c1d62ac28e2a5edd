"""Long runs and measurements; nothing here is imported by the product."""
