# Its traceback names a file whose name is an escape sequence.
# step: 1.1
# outcome: failed
# cause: crashed
# says: RuntimeError

exec(compile("raise RuntimeError('in a strange file')", "\x1b[2J\u202e.py", "exec"))
