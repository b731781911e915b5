"""Who names references is given lots of these alone; the books say of what a lot is made, or that nobody has told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.inventory.domain import bookings, slip
from services.inventory.domain.allocation import Queue, offers
from services.inventory.domain.book import Book
from services.inventory.domain.explaining import Free, StandingKind, Surroundings, standing
from services.inventory.domain.issue import NotReserved, issue
from services.inventory.domain.ledger import StockKey
from services.inventory.domain.references import wrongly_replacing
from services.inventory.domain.unfit import give_up
from shared.events.catalogue import Interchange, MakerReference
from shared.events.production import MadeAs, Reference
from shared.events.stock import Gate, LossReason, ReservationLost
from shared.types import Condition
from tests.unit.inventory.makers import (
    DEPOT,
    LOT,
    PART,
    a_book,
    a_cause,
    a_demand,
    a_finish,
    allocated,
    an_order_id,
    goods,
    heard,
    stocked,
    the_demand,
)

OTHER_LOT, UNKNOWN_LOT = "F-01:L-2", "F-01:L-3"
LOTS = (LOT, OTHER_LOT, UNKNOWN_LOT)
B = Reference(maker="3VK1Y", number="VKR-1", revision="B")
C = Reference(maker="3VK1Y", number="VKR-1", revision="C")
KEY_B, KEY_C = "3VK1Y/VKR-1/B", "3VK1Y/VKR-1/C"
STOCK = StockKey(DEPOT, PART)


def a_shelf(quantity: int = 2) -> Book:
    """Put a lot of B, a lot of C and one of which nothing is known on the shelf."""
    book = a_book(LOTS)
    for lot in LOTS:
        stocked(book, quantity, at=goods(lot=lot))
    for lot, key in ((LOT, KEY_B), (OTHER_LOT, KEY_C), (UNKNOWN_LOT, None)):
        book.gates.load_reference(PART, lot, key)
    return book


def holds(book: Book, number: int = 1) -> dict[str, int]:
    """Say what an order holds of which lot."""
    return {each.lot: held for each, held in book.demands.held_by(an_order_id(number)).items() if held}


def losses(book: Book) -> list[tuple[int, LossReason, bool, Gate | None]]:
    """List the losses told."""
    told = [fact.event for fact in book.demands.told() if isinstance(fact.event, ReservationLost)]
    return [(each.taken, each.reason, each.unaccepted, each.gate) for each in told]


def test_who_names_no_reference_takes_any_lot() -> None:
    book = a_shelf()
    heard(book, 6)
    allocated(book)

    assert holds(book) == {LOT: 2, OTHER_LOT: 2, UNKNOWN_LOT: 2}


def test_who_names_references_takes_lots_of_these_and_none_that_nobody_knows() -> None:
    book = a_shelf()
    heard(book, 6, references=[C])
    allocated(book)

    assert holds(book) == {OTHER_LOT: 2}
    assert the_demand(book).short == 4


def test_what_is_left_is_told_by_condition_and_by_reference_so_that_only_who_takes_it_is_read() -> None:
    book = a_shelf()
    queue = Queue(STOCK, offers(book, STOCK))

    assert (queue.conditions, queue.references) == ([Condition.A], [KEY_B, KEY_C])


def test_nobody_takes_from_a_lower_band_what_he_does_not_accept() -> None:
    book = a_shelf()
    heard(book, 6, priority=13)
    allocated(book)

    heard(book, 6, 2, priority=2, references=[C])
    allocated(book)

    assert holds(book, 2) == {OTHER_LOT: 2}
    assert holds(book, 1) == {LOT: 2, UNKNOWN_LOT: 2}
    assert losses(book) == [(2, LossReason.PRE_EMPTED, False, None)]


def test_what_turned_out_to_be_another_reference_is_not_issued_and_the_refusal_says_so() -> None:
    book = a_shelf()
    heard(book, 2, references=[B])
    allocated(book)
    bookings.finish(book, a_cause(), a_finish(1, made_as=MadeAs(reference=C)))

    with pytest.raises(NotReserved) as refused:
        issue(book, a_cause(), an_order_id(), 2)

    why = {word: refused.value.facts[word] for word in ("expired", "held_back", "unaccepted")}
    assert why == {"expired": 0, "held_back": 0, "unaccepted": 2}


def test_an_order_that_accepts_less_loses_what_it_holds_of_others_and_is_told_why() -> None:
    book = a_shelf()
    heard(book, 6)
    allocated(book)
    book.demands.keep(*the_demand(book).accept([C]).reserve(0))

    give_up(book, a_cause(), an_order_id())

    assert holds(book) == {OTHER_LOT: 2}
    assert losses(book) == [(2, LossReason.CONDITION_CHANGED, True, None)] * 2


def test_what_has_expired_is_lost_to_its_day_before_the_clock_has_come_by() -> None:
    book = a_shelf()
    heard(book, 2, references=[B])
    allocated(book)
    book.lives.load_told(PART, LOT, book.today - timedelta(days=1))

    give_up(book, a_cause(), an_order_id())

    assert holds(book) == {}
    assert losses(book) == [(2, LossReason.EXPIRED, False, None)]


def test_what_is_held_back_is_lost_to_its_gate_whatever_it_is() -> None:
    book = a_shelf()
    heard(book, 6)
    allocated(book)
    book.gates.load(goods().lot_key, Gate.CERTIFICATE)
    book.demands.keep(*the_demand(book).accept([B, C]).reserve(0))

    give_up(book, a_cause(), an_order_id())

    assert losses(book) == [
        (2, LossReason.CONDITION_CHANGED, False, Gate.CERTIFICATE),
        (2, LossReason.CONDITION_CHANGED, True, None),
    ]


@pytest.mark.parametrize("is_sought", [True, False])
def test_what_a_lot_is_stirs_its_part_only_where_some_order_names_references(*, is_sought: bool) -> None:
    book = a_book()
    if is_sought:
        book.gates.load_sought(PART)

    bookings.finish(book, a_cause(), a_finish(1, made_as=MadeAs(reference=B)))

    assert book.gates.stirred() == ({PART} if is_sought else frozenset())
    assert book.gates.reference(goods().lot_key) == KEY_B


def test_what_is_free_and_not_accepted_says_what_it_is_and_what_would_be() -> None:
    demand = replace(a_demand(5), accepted=frozenset({KEY_C}))
    free = [
        Free(Condition.A, 2, is_accepted=False, reference=KEY_B),
        Free(Condition.A, 3, is_accepted=False),
        Free(Condition.A, 1),
    ]

    told = [(each.kind, each.quantity, each.text) for each in standing(demand, Surroundings(free=free))[1:]]

    assert told[:2] == [
        (StandingKind.REFERENCE, 2, f"2 are free in condition A: of {KEY_B}, and it accepts only {KEY_C}"),
        (StandingKind.REFERENCE, 3, f"3 are free in condition A: made as nobody has told, and it accepts only {KEY_C}"),
    ]
    assert told[2][:2] == (StandingKind.FREE, 1)


def a_reference(revision: str, *replaces: str, one_way: bool = True) -> MakerReference:
    """Make a reference of the catalogue that replaces others of its maker and number."""
    named: dict[str, Any] = {"maker": "3VK1Y", "number": "X"}
    return MakerReference(
        **named,
        revision=revision,
        interchange=Interchange.ONE_WAY if one_way else Interchange.TWO_WAY,
        replaces=tuple(Reference(**named, revision=each) for each in replaces),
    )


@pytest.mark.parametrize(
    ("references", "wrong"),
    [
        ([a_reference("A", one_way=False), a_reference("B", "A"), a_reference("C", "B", "A")], None),
        ([a_reference("A", "A")], "3VK1Y/X/A replaces 3VK1Y/X/A:"),
        ([a_reference("A", "B"), a_reference("B", "A")], "3VK1Y/X/A replaces 3VK1Y/X/B replaces 3VK1Y/X/A:"),
        (
            [a_reference("A", "B", "D"), a_reference("B", "C"), a_reference("C", "D", "A"), a_reference("D")],
            "3VK1Y/X/A replaces 3VK1Y/X/B replaces 3VK1Y/X/C replaces 3VK1Y/X/A:",
        ),
        ([a_reference("A", "Z")], "3VK1Y/X/A replaces 3VK1Y/X/Z, which is no reference of this part"),
        ([a_reference("A", "B", one_way=False), a_reference("B")], "3VK1Y/X/A is two-way:"),
    ],
    ids=["chain", "itself", "two", "three", "unknown", "two-way"],
)
def test_references_that_replace_each_other_in_a_circle_or_nothing_known_are_wrong(
    references: list[MakerReference], wrong: str | None
) -> None:
    found = wrongly_replacing(references)

    assert found is None if wrong is None else (found or "").startswith(wrong)


def test_an_issue_that_is_undone_holds_nothing_that_is_not_accepted_any_more() -> None:
    book, cause = a_shelf(), a_cause()
    heard(book, 2, references=[B])
    allocated(book)
    issue(book, cause, an_order_id(), 2)
    book.demands.keep(*the_demand(book).accept([C]).reserve(0))

    slip.reverse(book, a_cause(), cause.id)

    assert (the_demand(book).issued, holds(book)) == (0, {})
