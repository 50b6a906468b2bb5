"""The trace command: watch what passes at an address, save it, and look at what was saved."""
