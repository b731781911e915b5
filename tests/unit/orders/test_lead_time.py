"""Lead times: what is stated, what came, and what is late and has not come."""

from math import expm1, log1p
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.orders.domain.lead_time import LEAD_TIME_DAYS_MAX, LeadTime, Prior, Seen, learn

PRIOR = Prior()
days = st.integers(0, 1000)


def learned(*came: int, stated: int = 30, at_least: tuple[int, ...] = (), prior: Prior = PRIOR) -> LeadTime:
    return learn(stated, Seen(came, at_least), prior)


@given(st.integers(0, LEAD_TIME_DAYS_MAX))
def test_what_was_stated_holds_as_long_as_nothing_came(stated: int) -> None:
    known = learned(stated=stated)

    assert (known.days, known.deliveries, known.unfinished, known.is_learned) == (stated, 0, 0, False)
    assert known.late_days >= stated


def test_deliveries_move_it_by_their_number_and_by_what_the_statement_is_worth() -> None:
    assert learned(60).days == 35
    assert learned(60, 60, 60, 60).days == 43
    assert learned(*[60] * 96).days == 59
    assert learned(60, prior=Prior(worth=1)).days == 43


def test_as_many_deliveries_as_the_statement_is_worth_lie_halfway_between_by_the_logarithm() -> None:
    halfway = (log1p(30) + log1p(60)) / 2

    assert learned(60, 60, 60, 60).center == pytest.approx(halfway)
    assert learned(60, 60, 60, 60).days == -(-expm1(halfway) // 1)


def test_deliveries_that_lie_apart_make_a_late_one_later() -> None:
    together, apart = learned(*[30] * 20), learned(*[15, 60] * 10)

    assert together.late_days == 36
    assert apart.late_days == 72


def test_one_delivery_that_took_years_hardly_moves_it() -> None:
    assert learned(*[30] * 20, 1000).days == 35


def test_what_is_late_counts_as_if_it_came_now() -> None:
    known = learned(30, 30, at_least=(90,))

    assert known.days == learned(30, 30, 90).days == 36
    assert (known.deliveries, known.unfinished) == (2, 1)


def test_what_is_out_for_less_than_the_others_took_says_nothing() -> None:
    assert learned(60, 60, at_least=(20,)) == learned(60, 60)


def test_what_is_delivered_from_a_shelf_takes_no_days() -> None:
    assert learned(0, 0, stated=0).days == 0


def test_nothing_takes_longer_than_says_anything() -> None:
    assert learned(*[LEAD_TIME_DAYS_MAX] * 50, stated=LEAD_TIME_DAYS_MAX).late_days == LEAD_TIME_DAYS_MAX


def test_who_is_out_for_long_is_expected_to_need_long_still() -> None:
    usual = learned()

    assert [usual.remaining_days(elapsed) for elapsed in (0, 30, 60, 120, 10**9)] == [30, 8, 6, 7, 1]


@given(st.lists(days, max_size=30), st.lists(days, max_size=5), st.integers(0, 365))
def test_lateness_is_never_praised(came: list[int], at_least: list[int], stated: int) -> None:
    assert learn(stated, Seen(came, at_least), PRIOR).days >= learn(stated, Seen(came), PRIOR).days


@given(st.lists(days, min_size=1, max_size=30), st.integers(0, 365), st.randoms())
def test_the_order_in_which_deliveries_are_told_makes_no_difference(
    came: list[int], stated: int, random: Random
) -> None:
    mixed = sorted(came, key=lambda _: random.random())

    assert learn(stated, Seen(mixed), PRIOR) == learn(stated, Seen(came), PRIOR)


@given(st.lists(days, min_size=1, max_size=100), st.integers(0, 365))
def test_it_lies_between_what_is_stated_and_what_came(came: list[int], stated: int) -> None:
    assert min(stated, *came) <= learned(*came, stated=stated).days <= max(stated, *came)
