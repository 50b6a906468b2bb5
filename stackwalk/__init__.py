"""stackwalk: build the path from a browser to a line of Python, a layer at a time."""

__version__ = "0.1.0"
