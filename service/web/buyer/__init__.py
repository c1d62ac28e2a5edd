"""The buyer's pages behind signed links."""
