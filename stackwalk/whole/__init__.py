"""The stack as one: a web server and what stands behind it, started, tapped on every hop, and ended together."""
