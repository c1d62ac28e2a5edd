"""Rules of a case: its states, its reference, how grave a complaint is."""
