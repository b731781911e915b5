"""What is due is done in order within a lane, and what comes up meanwhile is done too."""

from functools import partial

import pytest

from jvtrack.client import ProblemError
from jvtrack.simulate.agenda import Agenda


async def test_a_lane_is_done_in_the_order_of_its_moments_and_nothing_before_its_day() -> None:
    done: list[tuple[str, float]] = []
    agenda = Agenda(at_once=4)

    async def act(name: str, moment: float) -> None:
        done.append((name, moment))

    for moment, name in ((0.7, "second"), (0.2, "first"), (0.7, "third"), (1.0, "tomorrow")):
        agenda.add(moment, "a part", partial(act, name))
    await agenda.do_until(1)

    assert done == [("first", 0.2), ("second", 0.7), ("third", 0.7)]


async def test_what_comes_up_is_done_on_the_same_day_if_it_is_due() -> None:
    done: list[str] = []
    agenda = Agenda(at_once=1)

    async def follow(_: float) -> None:
        done.append("follows")

    async def begin(moment: float) -> None:
        done.append("begins")
        agenda.add(moment + 0.1, "another part", follow)
        agenda.add(moment + 1, "another part", follow)

    agenda.add(0.5, "a part", begin)
    await agenda.do_until(1)

    assert done == ["begins", "follows"]


async def test_what_fails_is_raised_as_it_is() -> None:
    agenda = Agenda(at_once=4)

    async def fail(_: float) -> None:
        raise ProblemError("urn:jvtrack:problem:work-order-unknown", "There is no such work order.", 404)

    for part in ("a part", "another"):
        agenda.add(0, part, fail)

    with pytest.raises(ProblemError, match="work-order-unknown"):
        await agenda.do_until(1)
