"""up, down, status, logs: the learner's stack without a lesson around it."""
