"""The course check command: each trial as it ends, then what does not hold."""

from rich.text import Text

from stackwalk.check.proof import Problem, Result, prove
from stackwalk.course.lesson import Course
from stackwalk.screen.console import Screen
from stackwalk.screen.safe import safe


def prove_course(course: Course, screen: Screen) -> int:
    """Prove the course aloud. Returns 0 where it holds, 1 where it does not, 2 where this machine can't tell."""
    trials = 0

    def say(result: Result) -> None:
        nonlocal trials
        trials += 1
        holds = result.problem is None
        line = Text("✔ " if holds else "✘ ", style="green" if holds else "yellow")
        screen.show(line.append(safe(f"{result.step} {result.trial}: {result.verdict.outcome}"), style="none"))

    problems = prove(course, say)
    for problem in problems:
        screen.show(Text(safe(f"{problem.step}: {problem.what}"), style="bold"))
    steps = sum(1 for step in course.steps if step.check is not None)
    if not problems:
        screen.show(Text(f"The course holds: {trials} trials of {steps} graded steps.", style="bold green"))
        return 0
    screen.show(Text(f"The course does not hold: {_counted(problems)}.", style="bold yellow"))
    return 2 if all(problem.blocked for problem in problems) else 1


def _counted(problems: list[Problem]) -> str:
    return "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
