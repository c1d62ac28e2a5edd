"""Pure rules: no web, no database, no clock."""
