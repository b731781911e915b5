"""Posts keep their pace, and what an earlier play has posted is counted and nothing more."""

import pytest

from jvtrack.client import ProblemError
from jvtrack.simulate.people import Pace
from shared import clock


async def posted() -> str:
    return "answer"


async def refused(slug: str) -> str:
    raise ProblemError(f"urn:jvtrack:problem:{slug}", "No.", 409)


async def test_no_more_is_posted_in_a_second_than_is_allowed() -> None:
    pace, begun = Pace(per_second=100), clock.monotonic()

    answers = [await pace.post(posted) for _ in range(11)]

    assert answers == ["answer"] * 11
    assert clock.monotonic() - begun >= 0.1
    assert (pace.posted, pace.repeated) == (11, 0)


async def test_what_was_told_before_is_counted_and_any_other_no_is_told() -> None:
    pace = Pace(per_second=1_000)

    assert await pace.post(lambda: refused("event-id-reused")) is None
    with pytest.raises(ProblemError):
        await pace.post(lambda: refused("part-unknown"))

    assert (pace.posted, pace.repeated) == (0, 1)
