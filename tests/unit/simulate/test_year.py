"""A year's plan: a pure function of seed and size, in the trade's forms, with something to do on its days."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pydantic import TypeAdapter

from jvtrack.simulate.ground import SEED_MAX, Size
from jvtrack.simulate.year import Year, draw_year
from services.orders.domain.document_number import day_of, require_reach
from shared.types import DocumentNumber, FactoryNumber, PartId, SiteId, TailNumber, Urgency

END = date(2026, 11, 25)
SIZE = Size(seed=7, end=END)
YEAR = draw_year(SIZE)


def test_the_same_seed_and_size_give_the_same_plan() -> None:
    assert list(draw_year(SIZE).rows()) == list(YEAR.rows())


def test_years_of_two_seeds_have_no_name_in_common() -> None:
    other = draw_year(replace(SIZE, seed=8))

    assert {each.part_id for each in YEAR.ground.parts}.isdisjoint(each.part_id for each in other.ground.parts)
    assert {*YEAR.ground.depots, *YEAR.ground.factories}.isdisjoint({*other.ground.depots, *other.ground.factories})
    assert {each.document_number for each in YEAR.orders}.isdisjoint(each.document_number for each in other.orders)
    assert {each.tail_number for each in YEAR.ground.tails}.isdisjoint(each.tail_number for each in other.ground.tails)


@pytest.mark.parametrize("seed", [0, SEED_MAX])
def test_every_name_has_the_trade_s_form(seed: int) -> None:
    year = draw_year(replace(SIZE, seed=seed, depots=20, parts=30))

    for kind, names in (
        (PartId, [each.part_id for each in year.ground.parts]),
        (SiteId, [*year.ground.depots, *year.ground.factories, *year.ground.suppliers]),
        (TailNumber, [each.tail_number for each in year.ground.tails]),
        (DocumentNumber, [each.document_number for each in year.orders]),
        (FactoryNumber, [each.number for each in year.lots]),
    ):
        adapter: TypeAdapter[str] = TypeAdapter(kind)
        assert names
        assert [adapter.validate_python(name) for name in names] == names


def test_every_order_has_a_number_of_its_own_that_is_read_as_its_day() -> None:
    today = END + timedelta(days=1)

    assert len({each.document_number for each in YEAR.orders}) == len(YEAR.orders)
    for each in YEAR.orders:
        assert day_of(each.document_number, today) == YEAR.day(each.moment)
        require_reach(each.document_number, today)


def test_days_are_dated_up_to_the_end_and_needs_after_it() -> None:
    assert YEAR.day(0) == END - timedelta(days=359)
    assert YEAR.day(359.99) == END
    assert min(YEAR.needed_on(each) for each in YEAR.orders) > END


def test_what_happens_is_in_order_and_within_the_year() -> None:
    for moments in ([each.moment for each in YEAR.orders], [each.moment for each in YEAR.lots]):
        assert moments == sorted(moments)
        assert 0 <= moments[0] <= moments[-1] < SIZE.days


def test_every_part_has_a_source_and_lots_for_stock_come_from_its_factory() -> None:
    sources = Counter(each.part for each in YEAR.ground.terms)
    factories = {(each.part, each.site) for each in YEAR.ground.terms if each.is_factory}

    assert set(sources) == {each.part_id for each in YEAR.ground.parts}
    assert {(each.part, each.factory) for each in YEAR.lots} <= factories


def test_without_suppliers_factories_make_everything() -> None:
    alone = draw_year(replace(SIZE, suppliers=0))

    assert {each.part for each in alone.ground.terms} == {each.part_id for each in alone.ground.parts}
    assert all(each.is_factory for each in alone.ground.terms)


def test_a_tail_stands_still_for_a_part_that_grounds_it() -> None:
    grounding = {(each.platform, each.part_id) for each in YEAR.ground.parts if each.grounds}
    failures = [each for each in YEAR.orders if each.tail]

    assert failures
    assert all(each.tail and (each.tail.platform, each.part) in grounding for each in failures)
    assert {each.urgency for each in failures} == {Urgency.A}
    assert Urgency.A not in {each.urgency for each in YEAR.orders if not each.tail}


def test_a_part_more_leaves_the_demand_for_the_others_as_it_was() -> None:
    more = draw_year(replace(SIZE, parts=SIZE.parts + 1, tails=0))
    before = draw_year(replace(SIZE, tails=0))
    new = more.ground.parts[-1].part_id

    def asked(year: Year) -> list[tuple[float, str, int]]:
        return [(each.moment, each.part, each.quantity) for each in year.orders]

    assert [each for each in asked(more) if each[1] != new] == asked(before)
