"""Platforms: what a depot may say of one, late and twice, and what its life then looks like."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.orders.domain.platforms import (
    UP,
    Change,
    ChangeBeforeLast,
    MomentInFuture,
    NothingToCorrect,
    Period,
    PlatformAlreadyDown,
    PlatformAlreadyUp,
    Registration,
    Standing,
    Tail,
    TailName,
    TailUnknown,
    post,
    register,
)
from shared.errors import Refusal
from shared.events.platforms import PlatformDown, PlatformRegistered, PlatformUp
from shared.types import Platform
from tests.unit.orders.makers import NOW

UNREGISTERED = Tail(platform=Platform.MI_17V_5, tail_number="ZP-5104")
BROKEN = Standing("Chips in oil.", awaiting_parts=True)
SERVICED = Standing("Scheduled service.")


def day(number: int) -> datetime:
    return datetime(2026, 10, number, tzinfo=UTC)


def down(since: int, standing: Standing = BROKEN, *, corrects: bool = False) -> Change:
    return Change(day(since), standing, corrects)


def up(since: int, *, corrects: bool = False) -> Change:
    return Change(day(since), UP, corrects)


def a_tail(*changes: Change) -> Tail:
    """Make a tail in service since the first of October, of which this was said."""
    tail = register(UNREGISTERED, Registration("D-01", day(1)), now=NOW).tail
    for change in changes:
        tail = post(tail, change, latest=NOW).tail
    return tail


def life(tail: Tail) -> list[tuple[int, int | None, str | None]]:
    """List a tail's periods by the days on which they began and ended."""
    return [
        (each.began_at.day, each.ended_at.day if each.ended_at else None, each.standing.cause) for each in tail.periods
    ]


def test_a_registered_platform_is_up_from_the_day_it_came_into_service() -> None:
    decided = register(UNREGISTERED, Registration("D-01", day(1), illustrative=True), now=NOW)

    assert decided.fact == PlatformRegistered(
        platform=Platform.MI_17V_5, tail_number="ZP-5104", site="D-01", in_service_since=day(1), illustrative=True
    )
    assert (decided.tail.version, life(decided.tail)) == (1, [(1, None, None)])
    assert decided.fact.key == "platform:MI-17V-5/ZP-5104"
    assert decided.tail.name == TailName(Platform.MI_17V_5, "ZP-5104")


def test_without_a_day_a_platform_comes_into_service_when_it_is_registered() -> None:
    assert register(UNREGISTERED, Registration("D-01"), now=NOW).tail.last.began_at == NOW


@pytest.mark.parametrize("since", [day(1), None])
def test_registering_the_same_again_tells_nothing(since: datetime | None) -> None:
    tail = a_tail(down(5))

    assert register(tail, Registration("D-01", since), now=NOW).fact is None


def test_a_platform_that_moves_keeps_its_life() -> None:
    moved = register(a_tail(down(5)), Registration("D-02"), now=NOW)

    assert (moved.tail.site, moved.tail.version, life(moved.tail)) == (
        "D-02",
        3,
        [(1, 5, None), (5, None, BROKEN.cause)],
    )


def test_a_platform_may_have_come_into_service_earlier_than_was_said() -> None:
    assert life(register(a_tail(down(5)), Registration("D-01", day(3)), now=NOW).tail)[0] == (3, 5, None)


@pytest.mark.parametrize(
    ("since", "refusal"), [(NOW + timedelta(seconds=1), MomentInFuture), (day(6), ChangeBeforeLast)]
)
def test_a_platform_comes_into_service_neither_in_the_future_nor_after_it_was_down(
    since: datetime, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        register(a_tail(down(5)), Registration("D-01", since), now=NOW)


def test_down_and_up_follow_each_other_without_a_gap() -> None:
    tail = a_tail(down(5), up(9), down(12, SERVICED))

    assert life(tail) == [(1, 5, None), (5, 9, BROKEN.cause), (9, 12, None), (12, None, SERVICED.cause)]
    assert tail.version == 4


def test_what_is_told_says_whose_platform_it_is_and_since_when() -> None:
    told = [post(a_tail(*before), change, latest=NOW).fact for before, change in (((), down(5)), ((down(5),), up(9)))]

    about = {"platform": Platform.MI_17V_5, "tail_number": "ZP-5104", "site": "D-01"}
    assert told == [
        PlatformDown.model_validate({**about, "since": day(5), "cause": BROKEN.cause, "awaiting_parts": True}),
        PlatformUp.model_validate({**about, "since": day(9)}),
    ]


def test_a_platform_may_be_down_for_another_cause_from_a_later_moment_on() -> None:
    assert life(a_tail(down(5, SERVICED), down(7))) == [(1, 5, None), (5, 7, SERVICED.cause), (7, None, BROKEN.cause)]


@pytest.mark.parametrize(
    ("before", "change", "corrected"),
    [
        ([down(5)], down(4, corrects=True), [(1, 4, None), (4, None, BROKEN.cause)]),
        ([down(5)], down(5, SERVICED, corrects=True), [(1, 5, None), (5, None, SERVICED.cause)]),
        ([down(5), up(9)], up(8, corrects=True), [(1, 5, None), (5, 8, BROKEN.cause), (8, None, None)]),
        ([down(5)], up(5, corrects=True), [(1, 5, None), (5, None, None)]),
        (
            [down(5, SERVICED), down(7)],
            down(6, corrects=True),
            [(1, 5, None), (5, 6, SERVICED.cause), (6, None, BROKEN.cause)],
        ),
    ],
    ids=str,
)
def test_a_correction_takes_the_place_of_the_last_change(
    before: list[Change], change: Change, corrected: list[tuple[int, int | None, str | None]]
) -> None:
    decided = post(a_tail(*before), change, latest=NOW)

    assert life(decided.tail) == corrected
    assert isinstance(decided.fact, PlatformDown | PlatformUp)
    assert decided.fact.corrects


@pytest.mark.parametrize(
    ("before", "change", "refusal"),
    [
        ([down(5)], down(7), PlatformAlreadyDown),
        ([down(5)], down(5, SERVICED), PlatformAlreadyDown),
        ([down(5)], down(4, SERVICED), ChangeBeforeLast),
        ([down(5), up(9)], up(10), PlatformAlreadyUp),
        ([], up(7), PlatformAlreadyUp),
        ([down(5), up(9)], down(8, SERVICED), ChangeBeforeLast),
        ([down(5)], up(4), ChangeBeforeLast),
        ([down(5), up(9)], up(4, corrects=True), ChangeBeforeLast),
        ([], down(5, corrects=True), NothingToCorrect),
        ([], Change(NOW + timedelta(seconds=1), BROKEN), MomentInFuture),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(before: list[Change], change: Change, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        post(a_tail(*before), change, latest=NOW)


def test_nothing_is_said_of_a_platform_that_is_not_registered() -> None:
    with pytest.raises(TailUnknown):
        post(UNREGISTERED, down(5), latest=NOW)


@pytest.mark.parametrize("again", [down(5), up(9), down(11, corrects=True)], ids=str)
def test_what_is_said_again_however_late_changes_nothing(again: Change) -> None:
    tail = a_tail(down(5), up(9), down(12), down(11, corrects=True), down(13, SERVICED))

    assert post(tail, again, latest=NOW).tail == tail


CHANGES = st.builds(
    Change,
    st.integers(1, 20).map(day),
    st.sampled_from([UP, BROKEN, SERVICED]),
    st.booleans(),
)


@given(st.lists(CHANGES, max_size=12))
def test_a_life_has_no_gap_and_one_end_whatever_is_said(said: Sequence[Change]) -> None:
    tail = a_tail()
    for change in said:
        try:
            decided = post(tail, change, latest=NOW)
        except Refusal:
            continue
        assert decided.tail.version - tail.version == (decided.fact is not None)
        assert post(decided.tail, change, latest=NOW).tail == decided.tail
        tail = decided.tail

    assert [each.n for each in tail.periods] == list(range(1, len(tail.periods) + 1))
    assert [each.ended_at for each in tail.periods] == [*(each.began_at for each in tail.periods[1:]), None]
    assert all(is_forwards(each) for each in tail.periods)


def is_forwards(period: Period) -> bool:
    return period.ended_at is None or period.ended_at >= period.began_at
