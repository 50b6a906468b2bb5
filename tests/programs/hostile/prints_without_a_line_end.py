# Output in one line, and then a crash.
# step: 1.1
# outcome: failed
# cause: crashed
# says: ValueError

print("x" * 5_000_000, end="")
raise ValueError("y" * 10_000)
