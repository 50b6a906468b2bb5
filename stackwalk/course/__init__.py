"""The course: labs as data, the learner's workspace, and what they have done in it."""
