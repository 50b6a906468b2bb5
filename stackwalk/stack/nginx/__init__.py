"""The nginx program: found, given a moved copy of the learner's file, tested, reloaded."""
