"""Sockets between two programs: every byte is passed on, then read."""
