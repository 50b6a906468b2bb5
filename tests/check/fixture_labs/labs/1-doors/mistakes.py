"""What goes wrong behind doors."""

from stackwalk.check.mistake import Evidence, Mistake


def shouts(evidence: Evidence) -> bool:
    return evidence.answer is not None and evidence.answer.body.isupper()


MISTAKES = [Mistake("shouts", shouts, "You shout: write hello in small letters.")]
