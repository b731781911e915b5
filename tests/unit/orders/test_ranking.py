"""Which source is asked first, which cannot be asked, and why."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.orders.domain.ranking import UNSTATED, WAITING_DAYS_MAX, Ask, Offer, Weights, rank, waiting_days
from services.orders.domain.source import Source, Span
from tests.unit.orders.makers import TODAY, a_market, a_source, a_supplier


def priced(site: str, cost: object, currency: str | None = "INR", **changes: Any) -> Source:
    unit_cost = None if cost is None else Decimal(str(cost))
    return a_source(site, **{"unit_cost": unit_cost, "currency": currency, "import_content": Decimal("0.5"), **changes})


def ranked(
    *sources: Source, quantity: int = 5, weights: Weights = UNSTATED, refused_by: tuple[str, ...] = ()
) -> list[Offer]:
    return rank(a_market(*sources, weights=weights), Ask(quantity=quantity, day=TODAY, refused_by=refused_by))


def asked(offers: list[Offer]) -> list[str]:
    return [offer.source.site for offer in offers if offer.rank is not None]


def excluded(offers: list[Offer]) -> dict[str, str]:
    return {offer.source.site: offer.excluded for offer in offers if offer.excluded is not None}


def test_the_earliest_is_asked_where_no_weights_are_stated() -> None:
    offers = ranked(priced("F-01", 10, lead_time_days=40), priced("F-02", 900, lead_time_days=30))

    assert asked(offers) == ["F-02", "F-01"]
    assert [offer.points for offer in offers] == [Decimal(0), Decimal(10)]
    assert [offer.rank for offer in offers] == [1, 2]


def test_of_equal_days_the_cheapest_is_asked_then_who_imports_least_then_the_first_by_name() -> None:
    dear = priced("F-01", 900)
    imported = priced("F-02", 100, import_content=Decimal(1))
    at_home = priced("F-04", 100, import_content=Decimal("0.1"))
    like_it = priced("F-03", 100, import_content=Decimal("0.1"))

    assert asked(ranked(dear, imported, at_home, like_it)) == ["F-03", "F-04", "F-02", "F-01"]


def test_a_nation_may_say_what_a_percent_of_price_is_worth_in_days() -> None:
    sooner, cheaper = priced("F-01", 1000, lead_time_days=30), priced("F-02", 800, lead_time_days=40)

    assert asked(ranked(sooner, cheaper, weights=Weights(cost=Decimal("0.4")))) == ["F-01", "F-02"]
    assert asked(ranked(sooner, cheaper, weights=Weights(cost=Decimal("0.6")))) == ["F-02", "F-01"]


def test_a_nation_may_say_what_a_percent_of_import_content_is_worth_in_days() -> None:
    abroad = priced("F-01", 1000, lead_time_days=30, import_content=Decimal("0.9"))
    at_home = priced("F-02", 1000, lead_time_days=50, import_content=Decimal("0.2"))

    offers = ranked(abroad, at_home, weights=Weights(import_content=Decimal("0.5")))

    assert [(offer.source.site, offer.points) for offer in offers] == [("F-02", Decimal(20)), ("F-01", Decimal(35))]


def test_prices_of_several_currencies_are_compared_by_stated_rates_alone() -> None:
    euros, rupees = priced("F-01", 10, "EUR"), priced("F-02", 500, "INR")
    rates = Weights(currency="INR", rates={"EUR": Decimal(97)})

    assert asked(ranked(euros, rupees)) == ["F-01", "F-02"]
    assert asked(ranked(euros, rupees, weights=rates)) == ["F-02", "F-01"]


@pytest.mark.parametrize("unknown", [priced("F-01", None, None), priced("F-01", 1, "USD")])
def test_a_price_that_cannot_be_compared_counts_as_the_highest(unknown: Source) -> None:
    rates = Weights(cost=Decimal(1), currency="INR")

    offers = ranked(unknown, priced("F-02", 100), priced("F-03", 400), weights=rates)

    assert [(offer.source.site, offer.points) for offer in offers] == [
        ("F-02", Decimal(0)),
        ("F-01", Decimal(75)),
        ("F-03", Decimal(75)),
    ]


def test_what_costs_nothing_is_no_division_by_nothing() -> None:
    assert asked(ranked(priced("F-02", 0), priced("F-01", 0), weights=Weights(cost=Decimal(1)))) == ["F-01", "F-02"]


def test_a_source_of_unknown_import_content_counts_as_all_imported() -> None:
    unknown, known = priced("F-01", 5, import_content=None), priced("F-02", 5, import_content=Decimal("0.9"))

    assert asked(ranked(unknown, known)) == ["F-02", "F-01"]


@pytest.mark.parametrize(
    ("load", "quantity", "capacity", "days"),
    [
        (0, 5, None, 0),
        (0, 5, 5, 0),
        (0, 6, 5, 2),
        (5, 5, 5, 7),
        (12, 3, 5, 14),
        (10**12, 10**12, 1, WAITING_DAYS_MAX),
    ],
)
def test_what_is_beyond_a_weeks_work_waits_at_the_weekly_pace(
    load: int, quantity: int, capacity: int | None, days: int
) -> None:
    assert waiting_days(a_source(load=load, capacity_per_week=capacity), quantity) == days


@pytest.mark.parametrize(
    ("capacity", "percent", "quantity", "days"),
    [
        (1, 100, 1, 0),
        (1, 50, 1, 7),
        (1, 200, 2, 0),
        (1, 200, 3, 4),
        (3, 50, 1, 0),
        (3, 50, 2, 3),
        (3, 50, 3, 7),
        (4, 50, 3, 4),
        (4, 75, 3, 0),
        (4, 1, 1, 168),
        (4, 0, 1, WAITING_DAYS_MAX),
    ],
)
def test_a_share_of_a_capacity_is_reckoned_exactly(capacity: int, percent: int, quantity: int, days: int) -> None:
    source = a_source(capacity_per_week=capacity, capacity_percent=percent)

    assert waiting_days(source, quantity) == days


def test_a_busy_source_is_later_than_a_slower_one_with_nothing_to_do() -> None:
    busy = a_source("F-01", 20, capacity_per_week=5, load=20)
    idle = a_source("F-02", 30, capacity_per_week=5)

    offers = ranked(busy, idle)

    assert [(offer.source.site, offer.expected_on) for offer in offers] == [
        ("F-02", TODAY + timedelta(days=30)),
        ("F-01", TODAY + timedelta(days=48)),
    ]


def test_a_source_that_may_not_be_asked_says_why() -> None:
    offers = ranked(
        a_source("F-01"),
        a_source("F-02", approved=False),
        a_supplier("S-01", acceptance=Span()),
        a_source("F-03", minimum_lot=6),
        a_source("F-04", minimum_lot=5),
        a_source("F-05"),
        refused_by=("F-05",),
    )

    assert asked(offers) == ["F-01", "F-04"]
    assert excluded(offers) == {
        "F-02": "not-approved",
        "F-03": "minimum-lot",
        "F-05": "has-refused",
        "S-01": "not-accepted",
    }


def test_a_source_that_was_named_goes_first_whatever_it_lacks_but_not_after_it_has_refused() -> None:
    named = a_supplier("S-01", 300, approved=False, minimum_lot=50, named=True)

    assert asked(ranked(a_source("F-01"), named)) == ["S-01", "F-01"]
    assert excluded(ranked(a_source("F-01"), named, refused_by=("S-01",))) == {"S-01": "has-refused"}


def test_without_a_source_nobody_is_asked() -> None:
    assert ranked() == []
    assert asked(ranked(a_source(approved=False))) == []


@pytest.mark.parametrize(
    ("makes", "accepted", "lacks"),
    [
        ({"3VK1Y/X/A"}, ("3VK1Y/X/B",), "reference-not-accepted"),
        (set(), ("3VK1Y/X/B",), "reference-not-accepted"),
        ({"3VK1Y/X/A", "3VK1Y/X/B"}, ("3VK1Y/X/B",), None),
        (None, ("3VK1Y/X/B",), None),
        (set(), (), None),
    ],
    ids=["another", "nobody-knows", "one-of-them", "whatever-is-asked", "any-will-do"],
)
def test_who_makes_no_reference_that_is_accepted_is_passed_over(
    makes: set[str] | None, accepted: tuple[str, ...], lacks: str | None
) -> None:
    source = a_source(makes=None if makes is None else frozenset(makes))

    (offer,) = rank(a_market(source), Ask(quantity=1, day=TODAY, accepted=accepted))

    assert offer.excluded == lacks
