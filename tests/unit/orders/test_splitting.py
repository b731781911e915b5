"""A need shared out over several sources, where one alone would be later than the depot needs it."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from statistics import mean

from hypothesis import given
from hypothesis import strategies as st

from bench.greedy import a_need, split_gap
from services.orders.domain.plan import plan
from services.orders.domain.ranking import Ask, expected_on, waiting_days
from services.orders.domain.source import Source
from services.orders.domain.splitting import GAIN_DAYS_MIN, able, share_out
from shared.events.orders import OrderSourced
from tests.unit.orders.makers import TODAY, a_market, a_source, an_order


def shares(*sources: Source, quantity: int = 10, within: int = 30) -> list[tuple[str, int]]:
    shared = share_out(a_market(*sources), Ask(quantity=quantity, day=TODAY), TODAY + timedelta(days=within))
    return [(share.offer.source.site, share.quantity) for share in shared.chosen]


def test_one_source_is_asked_as_long_as_it_is_in_time() -> None:
    assert shares(a_source("F-01", 20), a_source("F-02", 10, capacity_per_week=4)) == [("F-01", 10)]


def test_several_are_asked_for_what_each_can_bring_by_the_day_on_which_it_is_needed() -> None:
    first, second = a_source("F-01", 23, capacity_per_week=4), a_source("F-02", 28, capacity_per_week=4)

    assert shares(first, second, within=30) == [("F-01", 8), ("F-02", 2)]


def test_what_cannot_be_in_time_is_shared_out_where_that_is_a_week_sooner() -> None:
    first, second = a_source("F-01", 30, capacity_per_week=1), a_source("F-02", 33, capacity_per_week=1)

    shared = share_out(a_market(first, second), Ask(quantity=10, day=TODAY), TODAY)

    assert [(share.offer.source.site, share.quantity) for share in shared.chosen] == [("F-01", 5), ("F-02", 5)]
    assert max(share.offer.expected_on for share in shared.chosen) == TODAY + timedelta(days=61)


def test_a_few_days_are_not_worth_another_work_order() -> None:
    first, second = a_source("F-01", 30, capacity_per_week=5), a_source("F-02", 36, capacity_per_week=5)

    assert shares(first, second, within=0) == [("F-01", 10)]


def test_who_is_slow_without_being_busy_shares_with_nobody() -> None:
    assert shares(a_source("F-01", 60), a_source("F-02", 70), within=30) == [("F-01", 10)]


def test_a_source_that_was_named_is_asked_for_all_of_it() -> None:
    named = a_source("F-01", 30, capacity_per_week=1, named=True)

    assert shares(named, a_source("F-02", 30, capacity_per_week=9), within=30) == [("F-01", 10)]


def test_a_share_is_no_smaller_than_the_least_that_its_source_makes() -> None:
    busy, coarse = a_source("F-01", 20, capacity_per_week=4), a_source("F-02", 29, capacity_per_week=6, minimum_lot=6)

    assert shares(busy, coarse, quantity=12, within=30) == [("F-01", 12)]


def test_without_a_source_nothing_is_shared_out() -> None:
    assert shares() == []


def test_the_plan_opens_a_work_order_for_each_share_and_says_why() -> None:
    market = a_market(a_source("F-01", 20, capacity_per_week=2), a_source("F-02", 24, capacity_per_week=2))

    decided = plan(an_order(quantity=9, reserved=2), market, TODAY)

    facts = [fact for fact in decided.facts if isinstance(fact, OrderSourced)]
    assert [(fact.work_order[-2:], fact.source, fact.quantity) for fact in facts] == [
        ("W1", "F-01", 4),
        ("W2", "F-02", 3),
    ]
    assert {fact.reason for fact in facts} == {"shared out over F-01, F-02: F-01 alone would bring it on 2026-12-31"}
    assert (decided.order.sourced, decided.order.open, decided.order.version) == (7, 0, 4)
    assert decided.order.promise is not None
    assert decided.order.promise.promised_for == max(fact.due for fact in facts)


def test_while_a_platform_stands_still_a_need_is_shared_out_though_one_source_would_be_in_time() -> None:
    market = a_market(a_source("F-01", 2, capacity_per_week=2), a_source("F-02", 4, capacity_per_week=2))
    order = an_order(quantity=6, reserved=0)

    in_time = plan(order, market, TODAY).order
    at_once = plan(order, replace(market, stands_still=True), TODAY)

    assert [(work.source, work.quantity) for work in in_time.work_orders] == [("F-01", 6)]
    assert [(work.source, work.quantity) for work in at_once.order.work_orders] == [("F-01", 3), ("F-02", 3)]
    facts = [fact for fact in at_once.facts if isinstance(fact, OrderSourced)]
    assert {(fact.need, fact.stands_still) for fact in facts} == {(6, True)}
    alone = f"shared out over F-01, F-02: F-01 alone would bring it on {in_time.work_orders[0].due}"
    assert {fact.reason for fact in facts} == {f"{alone}, and a platform stands still for it"}


def test_sharing_out_is_no_more_than_its_least_gain_later_than_the_best_of_all_ways_but_for_least_lots() -> None:
    needs = [a_need(Random(seed)) for seed in range(500)]
    gaps = [split_gap(*need) for need in needs]
    any_lot = [split_gap(quantity, [replace(each, minimum_lot=None) for each in found]) for quantity, found in needs]

    assert min(gaps) >= 0
    assert sum(not each for each in gaps) > len(gaps) / 2
    assert mean(gaps) < 1
    assert max(any_lot) < GAIN_DAYS_MIN


capacities = st.none() | st.integers(1, 5)
sites = st.sampled_from(["F-01", "F-02", "F-03", "F-04"])
sources = st.builds(
    a_source,
    sites,
    st.integers(0, 40),
    capacity_per_week=capacities,
    capacity_percent=st.just(100) | st.integers(0, 250),
    minimum_lot=st.none() | st.integers(1, 6),
    load=st.integers(0, 20),
)
several = st.lists(sources, min_size=1, max_size=4, unique_by=lambda source: source.site)


@given(several, st.integers(1, 40), st.integers(-5, 90))
def test_shares_make_up_the_whole_and_are_never_later_than_one_source(
    found: list[Source], quantity: int, within: int
) -> None:
    needed = TODAY + timedelta(days=within)

    shared = share_out(a_market(*found), Ask(quantity=quantity, day=TODAY), needed)

    if shared.offers[0].rank is None:
        assert shared.chosen == ()
        return
    alone, last = shared.offers[0].expected_on, max(share.offer.expected_on for share in shared.chosen)
    assert sum(share.quantity for share in shared.chosen) == quantity
    assert len({share.offer.source.site for share in shared.chosen}) == len(shared.chosen)
    assert all(share.quantity >= (share.offer.source.minimum_lot or 1) for share in shared.chosen)
    assert last <= alone
    if len(shared.chosen) > 1:
        assert last <= needed or (alone - last).days >= GAIN_DAYS_MIN


@given(sources, st.integers(0, 400))
def test_what_a_source_is_able_to_bring_is_the_most_that_is_expected_by_then(source: Source, days: int) -> None:
    by = TODAY + timedelta(days=days)
    most = able(source, days)

    assert most == 0 or expected_on(source, most, TODAY) <= by
    if source.capacity_per_week is not None and waiting_days(source, most + 1) < 3650:
        assert expected_on(source, most + 1, TODAY) > by


def test_a_day_of_need_that_is_past_is_as_good_as_today() -> None:
    needed = date(2020, 1, 1)
    market = a_market(a_source("F-01", 10, capacity_per_week=1), a_source("F-02", 10, capacity_per_week=1))

    shared = share_out(market, Ask(quantity=6, day=TODAY), needed)

    assert [share.quantity for share in shared.chosen] == [3, 3]
