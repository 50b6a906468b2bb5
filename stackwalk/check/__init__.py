"""What grades: the client that checks speak with, the fixtures of labs' checks, the runner and the verdict.

A lab's check.py imports `fail` from here; everything else comes to it as a fixture.
"""

from stackwalk.check.failure import LearnerFailure, fail

__all__ = ["LearnerFailure", "fail"]
