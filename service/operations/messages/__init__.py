"""Plans and sends what the buyer is told and asked."""
