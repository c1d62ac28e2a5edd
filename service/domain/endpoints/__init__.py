"""Rules of endpoints: which events programs are told of, and how long they are tried."""
