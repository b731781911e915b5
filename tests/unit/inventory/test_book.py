"""The book: balances that are never below zero, and what is written and told of them."""

from datetime import timedelta

import pytest

from services.inventory.domain.book import Book
from services.inventory.domain.catalogue import CatalogueBehind, Known, Place, Unit, UnitFixed, check_change
from services.inventory.domain.ledger import Reason, StockKey, Transfer, no_lot
from services.inventory.domain.postings import record
from shared.events.catalogue import PartDefined
from shared.types import Condition, Shelf, SiteKind
from tests.unit.inventory.makers import (
    DEPOT,
    FACTORY,
    NOW,
    OTHER_DEPOT,
    PART,
    REAL,
    a_book,
    a_cause,
    goods,
    stocked,
)

NOTHING = dict.fromkeys(REAL, 0)


def test_a_book_never_takes_what_is_not_there() -> None:
    book = a_book()
    holding = stocked(book, 1)
    too_much = Transfer(a_cause(), holding.on(Shelf.ON_HAND), holding.on(Shelf.SCRAPPED), 2, Reason.SCRAPPED)

    with pytest.raises(AssertionError, match="below zero"):
        book.post(too_much)


def test_what_was_not_declared_cannot_be_asked() -> None:
    with pytest.raises(AssertionError, match="not declared"):
        a_book().balance(goods(lot="F-01:L-9").on(Shelf.ON_HAND))
    with pytest.raises(AssertionError, match="not declared"):
        a_book().demands.find("7201YA6100A999-2026")


def test_a_row_that_is_known_is_not_loaded_again() -> None:
    book = Book(NOW)
    book.load(goods(), {**NOTHING, Shelf.ON_HAND: 5})
    stocked(book, 2)

    book.load(goods(), {**NOTHING, Shelf.ON_HAND: 5})
    book.load_lots([goods().lot_key])
    book.load(goods(condition=Condition.F), {**NOTHING, Shelf.ON_HAND: 9})
    book.load(goods(OTHER_DEPOT), NOTHING)

    assert book.stands(goods()) == 7
    assert book.free(StockKey(DEPOT, PART)) == {goods(): 7}
    assert book.known(goods())
    assert not book.known(goods(condition=Condition.F))
    assert book.changes() == {goods(): {Shelf.ON_HAND: 2}}


def test_transfers_are_numbered_within_their_cause_and_told_under_both_keys() -> None:
    book, cause = a_book(), a_cause()
    made = goods(FACTORY)
    book.post(Transfer(cause, made.on(Shelf.MADE), made.on(Shelf.PRODUCED), 5, Reason.FINISHED))
    book.post(Transfer(cause, made.on(Shelf.PRODUCED), goods().on(Shelf.IN_TRANSIT), 3, Reason.DISPATCHED))
    versions = {StockKey(FACTORY, PART): 7, StockKey(DEPOT, PART): 0}

    written = record(book, versions, postings_max=1000)

    assert [(each.line, each.source_version, each.target_version) for each in written.transfers] == [
        (1, 8, 8),
        (2, 8, 1),
    ]
    assert written.versions == {StockKey(FACTORY, PART): 8, StockKey(DEPOT, PART): 1}
    factory = next(each.fact for each in written.facts if each.fact.site == FACTORY)
    assert [(posting.change, posting.balance) for posting in factory.postings] == [(-5, None), (5, 2), (-3, 2)]


def test_what_is_too_much_for_one_fact_is_told_in_several() -> None:
    book = a_book()
    for _ in range(5):
        stocked(book, 1)

    written = record(book, {StockKey(DEPOT, PART): 0}, postings_max=4)

    assert [(each.version, len(each.fact.postings)) for each in written.facts] == [(1, 4), (2, 4), (3, 2)]
    assert [each.target_version for each in written.transfers] == [1, 1, 2, 2, 3]
    assert written.versions == {StockKey(DEPOT, PART): 3}


def test_what_the_catalogue_does_not_have_is_worth_another_try() -> None:
    known = Known({PART: Unit("EA", 0)}, {DEPOT: Place(SiteKind.DEPOT, "IND")})

    known.part(PART)

    assert known.site(DEPOT).country == "IND"
    with pytest.raises(CatalogueBehind):
        known.part("OTHER")
    with pytest.raises(CatalogueBehind):
        known.site("D-77")


def test_a_part_that_moved_keeps_its_unit() -> None:
    each = PartDefined(part_id=PART, name="Gearbox", unit_of_issue="EA")
    in_kilograms = each.model_copy(update={"unit_of_issue": "KG"})

    check_change(each, in_kilograms, has_moved=False)
    check_change(each, each.model_copy(update={"name": "Other"}), has_moved=True)

    with pytest.raises(UnitFixed):
        check_change(each, in_kilograms, has_moved=True)


def test_stock_without_a_lot_has_its_sites_own() -> None:
    assert no_lot(DEPOT) == "D-01:NO-LOT"


@pytest.mark.parametrize(
    ("lot", "asks", "kept"),
    [
        ("D-01:NO-LOT", "asks", "D-01:NO-LOT-UNPROVEN"),
        ("D-01:NO-LOT", "", "D-01:NO-LOT"),
        ("D-02:NO-LOT", "asks", "D-02:NO-LOT"),
    ],
)
def test_what_comes_without_a_lot_is_kept_apart_where_its_part_asks_for_proof(lot: str, asks: str, kept: str) -> None:
    book = a_book()
    if asks:
        book.gates.load(goods(lot=lot).lot_key, None)

    assert book.incoming(goods(lot=lot)).lot == kept


def test_a_book_decides_as_on_an_earlier_day_and_never_ahead() -> None:
    book = a_book()

    book.as_of(NOW.date() - timedelta(days=9))

    assert book.today == NOW.date() - timedelta(days=9)
    with pytest.raises(AssertionError, match="ahead of its day"):
        book.as_of(NOW.date())


def test_a_site_has_had_a_lot_once_there_was_anything_of_it_there() -> None:
    book = Book(NOW)

    book.load(goods(), NOTHING)

    assert (book.has_had(goods().lot_key), book.has_had(goods(OTHER_DEPOT).lot_key)) == (True, False)
