"""What a sentence says, however it is written: plain words, their forms, a score of what they mean."""
