"""HTTP/1.x as bytes: messages, what a tap can see of them, and the reader that finds them. Pure."""
