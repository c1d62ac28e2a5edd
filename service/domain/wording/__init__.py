"""What a sentence says, however it is written: plain words, their forms, how likely a meaning is."""
