"""What is proposed for a depot's shelf, and what becomes of it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.orders.domain.numbering import NUMBERS_A_DAY, NumbersUsedUp, Rule
from services.orders.domain.replenishment import (
    DismissalOutOfReach,
    ProposalDecided,
    ProposalState,
    ProposalUnknown,
    Replenishment,
    Wish,
    dismiss,
    release,
    require_open,
    review,
    wish,
)
from shared.events.replenishment import Figures, ReplenishmentProposed, ReplenishmentWithdrawn

TODAY = date(2026, 11, 26)
ORDER = "7201YA6330R000-2026"
NEW = Replenishment(site="D-01", part="BLADE")


def figures(**changes: Any) -> Figures:
    usual: dict[str, Any] = {
        "weeks": 52,
        "lines": 31,
        "demand_per_week": "1.25",
        "demand_variance": "2.62",
        "lead_time_days": "21",
        "lead_time_variance": "0",
        "review_days": 1,
        "service_level": "0.95",
        "policy_from": "2026-11-01",
        "distribution": "negative-binomial",
        "expected": "3.93",
        "deviation": "2.87",
        "safety_stock": 6,
        "reorder_point": 9,
        "target": 15,
        "free": 4,
        "on_order": 2,
        "backordered": 0,
        "position": 6,
        "source": "F-01",
    }
    return Figures(**{**usual, **changes})


def wanted(quantity: int = 9) -> Wish:
    return Wish(quantity, figures())


def proposed(quantity: int = 9) -> Replenishment:
    return review(NEW, wanted(quantity), TODAY).now


@pytest.mark.parametrize(
    ("changes", "quantity"),
    [
        ({}, 9),
        ({"position": 9}, 6),
        ({"position": 10}, 0),
        ({"position": -3}, 18),
        ({"minimum_lot": 12}, 12),
        ({"minimum_lot": 12, "position": 10}, 0),
    ],
)
def test_what_brings_the_position_up_to_its_target_is_wanted_at_the_reorder_point(
    changes: dict[str, Any], quantity: int
) -> None:
    assert wish(figures(**changes)).quantity == quantity


def test_a_wish_is_proposed_with_its_figures() -> None:
    decided = review(NEW, wanted(), TODAY)

    assert (decided.now.state, decided.now.number, decided.now.version) == (ProposalState.PROPOSED, 1, 1)
    assert isinstance(decided.fact, ReplenishmentProposed)
    assert (decided.fact.quantity, decided.fact.figures, decided.fact.replaces) == (9, figures(), None)
    assert decided.fact.key == "replenishment:D-01/BLADE"


def test_what_is_proposed_already_is_not_proposed_again() -> None:
    assert review(proposed(), wanted(), TODAY).fact is None


def test_another_quantity_takes_its_place() -> None:
    decided = review(proposed(), wanted(10), TODAY)

    assert isinstance(decided.fact, ReplenishmentProposed)
    assert (decided.now.number, decided.now.quantity, decided.fact.replaces) == (2, 10, 1)


@pytest.mark.parametrize("wish", [None, wanted(0)])
def test_what_is_no_longer_needed_is_withdrawn_once(wish: Wish | None) -> None:
    decided = review(proposed(), wish, TODAY)

    assert isinstance(decided.fact, ReplenishmentWithdrawn)
    assert decided.now.state is ProposalState.WITHDRAWN
    assert review(decided.now, wish, TODAY).fact is None


def test_what_was_released_is_over_and_the_next_wish_is_a_proposal_of_its_own() -> None:
    released = release(proposed(), ORDER, by="planner@IND", by_rule=False).now

    assert (released.state, released.order, released.decided_by) == (ProposalState.RELEASED, ORDER, "planner@IND")
    assert review(released, wanted(0), TODAY).fact is None
    assert (next_one := review(released, wanted(3), TODAY).now).number == 2
    assert (next_one.order, next_one.decided_by) == (None, None)


@pytest.mark.parametrize(("until", "days"), [(None, 30), (TODAY + timedelta(days=3), 3)])
def test_what_was_dismissed_is_not_proposed_before_its_day(until: date | None, days: int) -> None:
    dismissed = dismiss(proposed(), "Withdrawn type.", until, by="depot@D-01", today=TODAY).now

    assert (dismissed.state, dismissed.reason) == (ProposalState.DISMISSED, "Withdrawn type.")
    assert review(dismissed, wanted(), TODAY + timedelta(days=days - 1)).fact is None
    assert review(dismissed, wanted(), TODAY + timedelta(days=days)).now.number == 2
    assert review(replace(dismissed, until=None), wanted(), TODAY).now.number == 2


@pytest.mark.parametrize("until", [TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=367)])
def test_a_dismissal_ends_within_a_year(until: date) -> None:
    with pytest.raises(DismissalOutOfReach):
        dismiss(proposed(), "Why.", until, by="depot@D-01", today=TODAY)


def test_only_the_newest_open_proposal_is_decided_on() -> None:
    second = review(proposed(), wanted(10), TODAY).now
    over = release(second, ORDER, by="planner@IND", by_rule=True).now

    require_open(second, 2)
    for found, number in ((second, 1), (over, 2)):
        with pytest.raises(ProposalDecided):
            require_open(found, number)
    for number in (0, 3):
        with pytest.raises(ProposalUnknown):
            require_open(second, number)


def a_rule(**changes: Any) -> Rule:
    return Rule(**{"site": "D-01", "activity": "7201YA", "serial": "R", **changes})


def test_a_rule_numbers_the_orders_of_a_day_one_after_the_other() -> None:
    first, rule = a_rule().give(TODAY)
    second, rule = rule.give(TODAY)
    tomorrow, _ = rule.give(TODAY + timedelta(days=1))

    assert (first, second, tomorrow) == ("7201YA6330R000", "7201YA6330R001", "7201YA6331R000")
    assert a_rule(numbered_on=TODAY, numbered=51).give(TODAY)[0] == "7201YA6330R01F"


def test_a_rule_gives_no_more_numbers_than_there_are() -> None:
    last, rule = a_rule(numbered_on=TODAY, numbered=NUMBERS_A_DAY - 1).give(TODAY)

    assert last == "7201YA6330RZZZ"
    with pytest.raises(NumbersUsedUp):
        rule.give(TODAY)


@pytest.mark.parametrize(
    ("most", "cost", "currency", "released"),
    [
        ("100", "100", "INR", True),
        ("100", "100.01", "INR", False),
        ("100", "1", "EUR", False),
        ("100", None, "INR", False),
        (None, "1", None, False),
    ],
)
def test_a_rule_releases_what_costs_no_more_than_it_says(
    most: str | None, cost: str | None, currency: str | None, released: object
) -> None:
    rule = a_rule(release_cost_max=most and Decimal(most), currency=most and "INR")

    assert rule.releases(None if cost is None else Decimal(cost), currency) is released
