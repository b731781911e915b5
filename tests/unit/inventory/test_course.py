"""From which day on a lot is in which condition, by its last day, its type and its nation's thresholds."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.inventory.domain.condition_rule import (
    STANDARD,
    STATED_BY_NOBODY,
    Left,
    Lifespan,
    Thresholds,
    read_lifespans,
    thresholds_of,
)
from services.inventory.domain.course import AGEING, Life, Step, course, steps_due
from shared.events.catalogue import LifeType
from shared.types import Condition

A, B, C, H, J = Condition.A, Condition.B, Condition.C, Condition.H, Condition.J
LAST = date(2027, 8, 31)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
LEFTS = st.builds(Left, st.integers(1, 24), st.just(0)) | st.builds(Left, st.just(0), st.integers(1, 700))


@pytest.mark.parametrize(
    ("day", "condition"),
    [
        (date(2027, 2, 27), A),
        (date(2027, 2, 28), A),
        (date(2027, 3, 1), B),
        (date(2027, 5, 31), B),
        (date(2027, 6, 1), C),
        (LAST, C),
        (LAST + timedelta(days=1), H),
    ],
    ids=str,
)
def test_b_comes_with_six_months_left_c_under_three_and_h_after_the_last_day(day: date, condition: Condition) -> None:
    steps = steps_due(LAST, Life(LifeType.DEFINITE), A, day)

    assert (steps[-1].becomes if steps else A) is condition


def test_an_extendible_life_ends_in_j_and_so_does_one_of_which_nothing_is_said() -> None:
    after = LAST + timedelta(days=1)

    assert [steps_due(LAST, Life(each), C, after) for each in (LifeType.EXTENDIBLE, None)] == [[Step(after, J)]] * 2


def test_a_clock_that_comes_late_finds_every_step_in_its_order() -> None:
    steps = steps_due(LAST, Life(LifeType.DEFINITE), A, date(2030, 1, 1))

    assert steps == [Step(date(2027, 3, 1), B), Step(date(2027, 6, 1), C), Step(date(2027, 9, 1), H)]
    assert steps_due(LAST, Life(LifeType.DEFINITE), B, date(2030, 1, 1)) == steps[1:]


def test_without_thresholds_a_lot_ages_only_at_the_end() -> None:
    assert course(LAST, Life(LifeType.DEFINITE, None)) == [Step(date(2027, 9, 1), H)]


def test_a_day_that_nobody_will_see_is_no_mistake() -> None:
    assert steps_due(date.max, Life(), A, date(2026, 1, 1)) == []
    assert [each.becomes for each in steps_due(date.min, Life(), A, date(2026, 1, 1))] == [B, C, J]


@example(date(2027, 3, 31), Left(months=1))
@example(date(2027, 3, 30), Left(months=1))
@given(DAYS, LEFTS)
def test_the_first_day_with_no_more_left_is_the_first(last: date, left: Left) -> None:
    day = left.before(last)

    assert left.after(day - timedelta(days=1)) < last <= left.after(day)


@given(
    DAYS, DAYS, st.sampled_from([Life(), Life(LifeType.DEFINITE), Life(None, Thresholds(Left(days=45), Left(days=20)))])
)
def test_steps_come_in_order_and_a_later_day_takes_none_back(last: date, today: date, life: Life) -> None:
    days = [step.since for step in course(last, life)]

    assert days == sorted(days)
    assert (
        steps_due(last, life, A, today)
        == steps_due(last, life, A, today + timedelta(days=1))[: len(steps_due(last, life, A, today))]
    )


SHORT = Lifespan(2, Thresholds(Left(days=20), Left(days=10)))
MIDDLE = Lifespan(5, Thresholds(Left(days=45), Left(days=20)))
LONG = Lifespan(None, Thresholds(Left(months=4), Left(months=2)))


@pytest.mark.parametrize(
    ("total", "chosen"),
    [(1, SHORT), (2, SHORT), (3, MIDDLE), (5, MIDDLE), (6, LONG), (60, LONG), (None, LONG)],
)
def test_the_shortest_lifespan_that_an_item_fits_in_counts(total: int | None, chosen: Lifespan) -> None:
    assert thresholds_of([LONG, MIDDLE, SHORT], total) == chosen.thresholds


def test_items_of_less_than_six_months_have_only_the_thresholds_that_somebody_stated() -> None:
    assert thresholds_of(STATED_BY_NOBODY, 5) is None
    assert thresholds_of(STATED_BY_NOBODY, 6) == STANDARD
    assert thresholds_of([SHORT], 12) is None


def test_lifespans_are_read_as_they_are_kept() -> None:
    kept: list[dict[str, str | int | None]] = [
        {"total_months_max": 5, "qualified": "P45D", "short": "P20D"},
        {"total_months_max": None, "qualified": "P4M", "short": "P2M"},
    ]

    assert read_lifespans(kept) == (MIDDLE, LONG)


def test_the_conditions_follow_each_other_from_the_longest_lived_on() -> None:
    assert AGEING == (A, B, C)
