"""4.3: of sixteen requests twelve go to the stronger application."""

from collections import Counter

from stackwalk.check import fail
from stackwalk.check.fresh import Fresh
from stackwalk.check.stack import Stack

REQUESTS = 16
SHARES = {"application1": 12, "application2": 4}


def test_three_of_four_go_to_the_first(stack: Stack, fresh: Fresh) -> None:
    """of 16 requests 12 are served by application1 and 4 by application2"""
    order: list[str] = []
    for _ in range(REQUESTS):
        target = f"/hello/{fresh.word()}"
        answer = stack.get(target)
        answer.expect_status(200, f"GET {target} is answered with 200 by whichever of the two.")
        asked = stack.served(answer)
        if not asked:
            fail(f"GET {target} was answered by nginx itself, and no application was asked.", actual=answer.first_line)
        order.append(asked[-1])
    met = Counter(order)
    told = ", ".join(f"{name}: {count}" for name, count in sorted(met.items()))
    strangers = sorted({*met} - {*SHARES})
    if strangers:
        fail(f"Requests went to {', '.join(strangers)}; asked are to be application1 and application2.",
            expected="application1: 12, application2: 4", actual=told)  # fmt: skip
    if dict(met) != SHARES:
        fail(f"The shares of {REQUESTS} requests are others than three to one.",
            expected="application1: 12, application2: 4", actual=told)  # fmt: skip
    runs = [order[start : start + 4] for start in range(0, REQUESTS, 4)]
    if any(run.count("application2") != 1 for run in runs):
        fail("The shares are right by chance only: nginx does not take turns.",
            expected="one of each four to application2", actual=" ".join(name[-1] for name in order))  # fmt: skip
