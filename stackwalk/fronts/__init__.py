"""Other web servers than nginx, with a learner's file for them: what of it is moved to this machine. Pure.

Each module knows one of them: FILE is what its file is called, PROGRAMS what the program is called, `moved` what
becomes of the file, `test` and `run` the commands that read it and serve from it.
"""
