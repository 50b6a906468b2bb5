"""What is launched, when it is ready, how it ends."""
