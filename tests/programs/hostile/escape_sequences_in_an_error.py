# Escape sequences, markup, bidi controls in its error and its output.
# step: 1.1
# outcome: failed
# cause: crashed
# says: ValueError

print("\x1b[2J\x1b]0;title\x07[red]markup[/red] \u202eright to left\u2066 \x9b31m \ud800 \x00")
raise ValueError("\x1b[31mred\x1b[0m [bold]b[/bold] \u202e\u200b \x07")
