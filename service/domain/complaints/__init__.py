"""What buyers complain of: their words read as they write them, and the cause behind a low rating."""
