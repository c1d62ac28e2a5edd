"""Making and measuring the model of causes. Nothing here runs while Makegood serves."""
