"""Indigenous content, dependence on few, and what was taken over from imports."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.orders.domain.concentration import CriticalPart, Willing, concentration
from services.orders.domain.dependence import (
    Basis,
    Content,
    Exchange,
    Lacking,
    MadeLot,
    Reckoning,
    Spent,
    content_of,
    holding,
    innermost_first,
    share_of,
    taken_together,
)
from services.orders.domain.sourcing import Price
from services.orders.domain.takeover import Supplied, Takeover, takeovers
from shared.types import Platform

DAY = date(2026, 11, 20)
INR = Reckoning("IND", "INR", Exchange("INR", {"EUR": Decimal(100), "RUB": Decimal("1.25")}))


def money(amount: str, currency: str = "INR") -> Price:
    return Price(Decimal(amount), currency)


def a_lot(**changes: Any) -> MadeLot:
    values: dict[str, Any] = {
        "lot": "F-01:L-1",
        "part": "BLADE",
        "factory": "F-01",
        "country": "IND",
        "finished_on": DAY,
        "good": Decimal(10),
        "price": money("100"),
    }
    return MadeLot(**(values | changes))


def spent(origin: str, cost: str | None, currency: str = "INR") -> Spent:
    return Spent(origin, None if cost is None else money(cost, currency))


@pytest.mark.parametrize(
    ("lot", "content", "share"),
    [
        (a_lot(spent=[spent("RUS", "300")]), Content(Basis.MATERIAL, Decimal(1000), Decimal(300)), "0.7"),
        (a_lot(spent=[spent("IND", "300")]), Content(Basis.MATERIAL, Decimal(1000), Decimal(0)), "1"),
        (
            a_lot(spent=[spent("RUS", "100", "RUB"), spent("POL", "2", "EUR"), spent("IND", None)]),
            Content(Basis.MATERIAL, Decimal(1000), Decimal(325)),
            "0.675",
        ),
        (a_lot(spent=[spent("RUS", "1500")]), Content(Basis.MATERIAL, Decimal(1000), Decimal(1500)), "-0.5"),
        (a_lot(spent=[spent("RUS", "1")], good=Decimal(0)), Content(Basis.MATERIAL, Decimal(0), Decimal(1)), None),
        (
            a_lot(declared=Decimal("0.36")),
            Content(Basis.DECLARED, Decimal(1000), Decimal(360), declared=Decimal("0.36")),
            "0.64",
        ),
        (a_lot(country="POL", declared=Decimal(0)), Content(Basis.ABROAD, Decimal(1000), Decimal(1000)), "0"),
        (
            a_lot(declared=Decimal("0.9"), spent=[spent("RUS", "300")]),
            Content(Basis.MATERIAL, Decimal(1000), Decimal(300)),
            "0.7",
        ),
    ],
)
def test_a_lots_content_is_what_of_its_price_stays_in_the_nation(
    lot: MadeLot, content: Content, share: str | None
) -> None:
    found = content_of(lot, INR)

    assert found == content
    assert found.share == (None if share is None else Decimal(share))


@pytest.mark.parametrize(
    ("lot", "basis", "lacking"),
    [
        (a_lot(), Basis.UNKNOWN, Lacking.MATERIAL),
        (a_lot(price=None, spent=[spent("RUS", "1")]), Basis.MATERIAL, Lacking.PRICE),
        (a_lot(price=None, declared=Decimal("0.5")), Basis.DECLARED, Lacking.PRICE),
        (a_lot(price=money("1", "USD"), country="POL"), Basis.ABROAD, Lacking.RATE),
        (a_lot(spent=[spent("RUS", None)]), Basis.MATERIAL, Lacking.COST),
        (a_lot(spent=[spent("RUS", "1", "USD")]), Basis.MATERIAL, Lacking.RATE),
    ],
)
def test_what_cannot_be_said_says_why(lot: MadeLot, basis: Basis, lacking: Lacking) -> None:
    found = content_of(lot, INR)

    assert (found.basis, found.lacking, found.share) == (basis, lacking, None)


def test_what_lacks_a_price_lacks_no_rate_though_no_currency_is_known() -> None:
    lot = a_lot(price=None, spent=[spent("RUS", "1")])

    assert content_of(lot, Reckoning("IND", None)).lacking is Lacking.PRICE


def test_without_stated_rates_money_of_one_currency_is_compared() -> None:
    plain = Reckoning("IND", "EUR")

    assert content_of(a_lot(price=money("10", "EUR"), spent=[spent("POL", "25", "EUR")]), plain).share == Decimal(
        "0.75"
    )
    assert content_of(a_lot(spent=[spent("POL", "25", "EUR")]), plain).lacking is Lacking.RATE


def test_a_component_of_the_nations_own_is_imported_as_far_as_what_went_into_it() -> None:
    home, foreign, elsewhere = (
        Spent(origin, money("200"), lot)
        for origin, lot in (("IND", "F-02:L-1"), ("RUS", "F-02:L-1"), ("IND", "F-02:L-2"))
    )
    unpriced = Spent("IND", None, "F-02:L-1")
    components = {"F-02:L-1": Decimal("0.25")}

    found = content_of(a_lot(spent=[home, foreign, elsewhere]), INR, components)

    assert found.imported == Decimal(250)
    assert a_lot(spent=[home, unpriced, spent("RUS", "1")]).components == ["F-02:L-1", "F-02:L-1"]
    assert content_of(a_lot(spent=[unpriced]), INR, components).lacking is Lacking.COST
    assert content_of(a_lot(spent=[unpriced]), INR, {"F-02:L-1": Decimal(0)}).share == 1


def test_a_lot_can_no_more_be_said_than_what_went_into_it() -> None:
    component = Spent("IND", money("200"), "F-02:L-1")

    found = content_of(a_lot(spent=[component]), INR, {"F-02:L-1": None})

    assert (found.imported, found.share, found.lacking) == (None, None, Lacking.COMPONENT)


@pytest.mark.parametrize(
    ("content", "share"),
    [
        (Content(Basis.MATERIAL, None, Decimal(0), Lacking.PRICE), Decimal(0)),
        (Content(Basis.DECLARED, None, None, Lacking.PRICE, Decimal("0.4")), Decimal("0.4")),
        (Content(Basis.MATERIAL, Decimal(300), Decimal(100)), Decimal(1) / 3),
        (Content(Basis.ABROAD, None, None, Lacking.PRICE), Decimal(1)),
        (Content(Basis.DECLARED, Decimal(0), Decimal(0)), None),
        (Content(Basis.UNKNOWN, Decimal(300), None, Lacking.MATERIAL), None),
    ],
)
def test_how_much_of_a_lot_is_imported_is_known_exactly_or_not_at_all(content: Content, share: Decimal | None) -> None:
    assert content.imported_share == share


LOTS = st.sampled_from("ABCDEF")


@given(st.dictionaries(LOTS, st.lists(LOTS, max_size=3)))
def test_what_went_into_a_lot_comes_before_it_unless_it_is_told_to_be_in_itself(inputs: dict[str, list[str]]) -> None:
    ordered = innermost_first(inputs)

    assert sorted(ordered) == sorted(inputs)
    for lot, went_in in inputs.items():
        for each in went_in:
            assert each not in inputs or ordered.index(each) < ordered.index(lot) or lot in inside(inputs, each)


def inside(inputs: dict[str, list[str]], lot: str) -> set[str]:
    """Name all that is in a lot, however deep, itself included."""
    found, waiting = set(), [lot]
    while waiting:
        if (each := waiting.pop()) not in found:
            found.add(each)
            waiting += inputs.get(each, [])
    return found


def test_lots_taken_together_weigh_by_their_price_and_count_what_is_unknown() -> None:
    contents = [
        Content(Basis.MATERIAL, Decimal(900), Decimal(90)),
        Content(Basis.ABROAD, Decimal(100), Decimal(100)),
        Content(Basis.UNKNOWN, Decimal(500), None, Lacking.MATERIAL),
    ]

    figure = taken_together(contents)

    assert (figure.lots, figure.unknown, figure.price, figure.imported) == (3, 1, Decimal(1000), Decimal(190))
    assert figure.share == Decimal("0.81")


@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 10**9)), max_size=8))
def test_taken_together_is_as_of_one_lot_with_all_of_it(amounts: list[tuple[int, int]]) -> None:
    contents = [Content(Basis.MATERIAL, Decimal(price), Decimal(imported)) for price, imported in amounts]

    figure = taken_together(contents)

    price, imported = (Decimal(sum(column)) for column in zip(*amounts, strict=True)) if amounts else (Decimal(0),) * 2
    assert figure.share == share_of(price, imported)


def test_critical_parts_are_counted_by_how_few_they_depend_on() -> None:
    polish, russian, indian = Willing("S-10", "POL"), Willing("S-01", "RUS"), Willing("F-01", "IND")
    parts = [
        CriticalPart("A", [Platform.T_90], [russian]),
        CriticalPart("B", [Platform.T_90], [indian, Willing("F-02", "IND")]),
        CriticalPart("C", [Platform.T_90], [polish, russian]),
        CriticalPart("D", [Platform.T_90], []),
    ]

    found = concentration(parts, "IND")

    assert (found.critical, found.unsourced, found.single_source) == (4, 1, 1)
    assert (found.single_country, found.single_country_abroad) == (2, 1)
    assert found.share(found.single_country) == Decimal("0.5")
    assert [part.single_country for part in parts] == ["RUS", "IND", None, None]


def test_where_nothing_is_critical_there_is_no_share() -> None:
    assert concentration([], "IND").share(0) is None


def a_supply(maker: str, now: int, before: int, *, abroad: bool = False, part: str = "BLADE") -> Supplied:
    return Supplied(part, maker, abroad, now, before)


@pytest.mark.parametrize(
    ("supplied", "taken"),
    [
        ([a_supply("F-01", 24, 6), a_supply("S-01", 4, 20, abroad=True)], [16]),
        ([a_supply("F-01", 10, 0), a_supply("S-01", 4, 20, abroad=True)], [10]),
        ([a_supply("F-01", 10, 0), a_supply("S-01", 20, 4, abroad=True)], [0]),
        ([a_supply("F-01", 10, 0)], [0]),
        ([a_supply("F-01", 0, 10), a_supply("S-01", 0, 9, abroad=True)], [0]),
        (
            [a_supply("F-02", 10, 0), a_supply("F-01", 20, 0), a_supply("S-01", 0, 10, abroad=True)],
            [6, 3],
        ),
        ([a_supply("S-01", 0, 9, abroad=True)], []),
    ],
)
def test_what_was_taken_over_is_what_comes_less_from_abroad_and_is_made_at_home(
    supplied: list[Supplied], taken: list[int]
) -> None:
    assert [each.taken_over for each in takeovers(supplied)] == taken


def test_each_part_is_taken_over_by_itself() -> None:
    found = takeovers([a_supply("F-01", 5, 1), a_supply("S-01", 0, 9, abroad=True, part="GEAR")])

    assert found == [Takeover("BLADE", "F-01", 5, 1, imported=0, imported_before=0, taken_over=0)]


def test_what_was_stated_last_before_a_day_holds_on_it() -> None:
    stated = [(date(2026, 1, 1), "a"), (date(2026, 6, 1), "b")]

    assert [holding(stated, day) for day in (date(2025, 12, 31), date(2026, 5, 31), date(2026, 6, 1))] == [
        None,
        "a",
        "b",
    ]
