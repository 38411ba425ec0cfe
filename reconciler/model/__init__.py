"""The frozen values that the parts share. No I/O, no clock, no randomness, no environment."""
