"""How much of a part a depot should have."""

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.orders.domain.lead_time import LeadTime
from services.orders.domain.source import Source
from services.orders.domain.stocking import (
    Distribution,
    History,
    Lead,
    Policy,
    distribution,
    enough,
    lead,
    level,
    weeks_counted,
)
from shared.types import SiteKind


def a_history(*asked: int, weeks: int = 52) -> History:
    return History(weeks, len(asked), sum(asked), sum(each * each for each in asked))


def a_policy(**changes: Any) -> Policy:
    usual = {"service_level": 0.95, "cover_days": 28, "review_days": 1, "history_weeks": 52}
    return Policy(valid_from=date(2026, 1, 1), **{**usual, **changes})


def test_demand_of_a_week_has_a_mean_and_a_sample_variance() -> None:
    found = a_history(2, 0, 4, 2, weeks=4)

    assert found.mean == 2
    assert found.variance == pytest.approx(8 / 3)


@pytest.mark.parametrize("history", [History(1, 1, 5, 25), History(4, 4, 8, 16)])
def test_one_week_or_equal_weeks_do_not_vary(history: History) -> None:
    assert history.variance == 0


def test_a_fast_mover_is_taken_to_be_normal_over_lead_time_and_review() -> None:
    # 70 a week, 10 a day; 27 + 1 days: 280; variance 49 / 7 * 28 + 100 * 9 = 1096; 1.6449 sigma = 54.46.
    history = History(52, 52, 70 * 52, 52 * 70 * 70 + 49 * 51)

    found = level(history, Lead(27, 9), a_policy(), minimum_lot=None)

    assert found.distribution is Distribution.NORMAL
    assert found.expected == pytest.approx(280)
    assert found.deviation == pytest.approx(math.sqrt(1096))
    assert (found.reorder_point, found.safety_stock, found.target) == (335, 55, 335 + 280)


def test_a_slow_mover_follows_poisson() -> None:
    # Mean 2: P(X <= 4) = 0.947, P(X <= 5) = 0.983.
    assert enough(Distribution.POISSON, 2, 2, 0.95) == 5
    assert enough(Distribution.POISSON, 2, 2, 0.94) == 4
    assert enough(Distribution.POISSON, 0.01, 0.01, 0.95) == 0


def test_a_lumpy_slow_mover_follows_the_negative_binomial() -> None:
    # m = 2, v = 6: r = 1, p = 1/3, the geometric distribution: P(X <= k) = 1 - (2/3)^(k + 1).
    assert distribution(2, 6) is Distribution.NEGATIVE_BINOMIAL
    assert enough(Distribution.NEGATIVE_BINOMIAL, 2, 6, 0.95) == 7
    assert enough(Distribution.NEGATIVE_BINOMIAL, 2, 6, 0.5) == 1


def test_what_no_number_of_steps_covers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.orders.domain.stocking._STEPS_MAX", 2)

    assert enough(Distribution.POISSON, 9, 9, 0.95) == 2
    assert enough(Distribution.NEGATIVE_BINOMIAL, 9, 90, 0.99) == 2


@pytest.mark.parametrize(("minimum_lot", "batch"), [(None, 4), (3, 4), (10, 10)])
def test_an_order_covers_its_days_or_the_least_that_a_source_makes(minimum_lot: int | None, batch: int) -> None:
    found = level(a_history(*[1] * 52), Lead(13), a_policy(), minimum_lot=minimum_lot)

    assert found.target - found.reorder_point == batch


def test_a_part_that_is_hardly_ever_asked_for_is_ordered_by_the_piece() -> None:
    assert level(a_history(1), Lead(0), a_policy(cover_days=1), minimum_lot=None).target == 1


def test_a_young_part_is_looked_at_for_a_quarter_at_least() -> None:
    assert [weeks_counted(52, first=first) for first in (0, 20, 50)] == [52, 32, 13]


def learned(deliveries: int, unfinished: int = 0) -> Source:
    known = LeadTime(
        stated_days=30,
        days=40,
        late_days=70,
        deliveries=deliveries,
        unfinished=unfinished,
        center=math.log(40),
        scale=0.5,
    )
    return Source(site="F-01", kind=SiteKind.FACTORY, lead_time_days=30, approved=True, lead_time=known)


def test_a_source_takes_as_long_as_it_states_until_something_was_learned() -> None:
    stated = Source(site="F-01", kind=SiteKind.FACTORY, lead_time_days=30, approved=True)

    assert lead(stated) == lead(learned(0)) == Lead(30, 0)


@pytest.mark.parametrize("source", [learned(3), learned(0, unfinished=1)])
def test_a_learned_lead_time_has_the_mean_and_variance_of_its_distribution(source: Source) -> None:
    # 1 + days are log-normal: mean exp(log 40 + 1/8) = 45.33, variance (exp(1/4) - 1) 45.33 squared = 583.5.
    found = lead(source)

    assert found.days == pytest.approx(44.33, abs=0.01)
    assert found.variance == pytest.approx(583.5, abs=0.5)


@given(
    st.lists(st.integers(0, 40), min_size=13, max_size=52),
    st.floats(0, 400),
    st.floats(0.5, 0.99),
    st.floats(0.001, 0.009),
)
def test_more_service_never_takes_less_stock(asked: list[int], days: float, service: float, more: float) -> None:
    history = a_history(*asked, weeks=len(asked))

    one = level(history, Lead(days), a_policy(service_level=service), minimum_lot=None)
    other = level(history, Lead(days), a_policy(service_level=service + more), minimum_lot=None)

    assert other.reorder_point >= one.reorder_point >= 0
    assert one.target > one.reorder_point
