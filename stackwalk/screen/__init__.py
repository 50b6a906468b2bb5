"""Drawing: values in, Rich renderables out; and the terminal's own keys and manners."""
