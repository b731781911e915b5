"""Laws of the ledger: whatever happens, in whatever order, the books balance and nothing is sold twice."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.inventory.domain import bookings, road
from services.inventory.domain.book import Book
from shared.events.envelope import new_event_id
from shared.types import Condition, ScrapStage, Shelf
from tests.unit.inventory.makers import (
    DEPOT,
    FACTORY,
    REAL,
    a_book,
    a_cause,
    a_dispatch,
    a_finish,
    a_scrap,
    a_void,
    an_order_id,
    goods,
    heard,
    sums,
    the_demand,
)

LOTS = ("F-01:L-1", "F-01:L-2")


@dataclass(frozen=True)
class Happening:
    """One thing that is told or done, and the one that must come before it."""

    id: UUID
    book: Callable[[Book], None]
    after: UUID | None = None


def _finish(lot: str, quantity: int) -> Happening:
    cause = new_event_id()
    return Happening(cause, lambda book: bookings.finish(book, a_cause(cause), a_finish(quantity, lot)))


def _scrap(lot: str, quantity: int) -> Happening:
    cause = new_event_id()
    fact = a_scrap(quantity, lot, ScrapStage.FINISHED)
    return Happening(cause, lambda book: bookings.scrap(book, a_cause(cause), fact))


def _dispatch(lot: str, quantity: int, shipment: str) -> Happening:
    cause = new_event_id()
    fact = a_dispatch(quantity, lot, shipment=shipment, order=an_order_id(), filling_site=DEPOT)
    return Happening(cause, lambda book: bookings.dispatch(book, a_cause(cause), fact))


def _receive(lot: str, quantity: int, shipment: str | None) -> Happening:
    cause = new_event_id()
    arrival = road.Arrival(goods(DEPOT, lot), quantity, shipment)
    return Happening(cause, lambda book: road.arrive(book, a_cause(cause), arrival))


def _void(voided: Happening, lot: str) -> Happening:
    cause = new_event_id()
    fact = a_void(voided.id, lot)
    return Happening(cause, lambda book: bookings.void(book, a_cause(cause), fact), after=voided.id)


lots = st.sampled_from(LOTS)
quantities = st.integers(min_value=1, max_value=6)
shipments = st.sampled_from(("F-01:S-1", "F-01:S-2"))


@st.composite
def histories(draw: st.DrawFn) -> list[Happening]:
    history: list[Happening] = []
    for kind in draw(st.lists(st.sampled_from("fsdr"), min_size=1, max_size=10)):
        lot, quantity = draw(lots), draw(quantities)
        if kind == "r":
            history.append(_receive(lot, quantity, draw(st.none() | shipments)))
            continue
        told = {
            "f": lambda: _finish(lot, quantity),  # noqa: B023  # called at once
            "s": lambda: _scrap(lot, quantity),  # noqa: B023
            "d": lambda: _dispatch(lot, quantity, draw(shipments)),  # noqa: B023
        }[kind]()
        history.append(told)
        if draw(st.integers(0, 3)) == 0:
            history.append(_void(told, lot))
    return history


def _in_a_possible_order(history: list[Happening]) -> list[Happening]:
    """Let nothing come before what it needs."""
    waiting, done, order = list(history), set[UUID](), list[Happening]()
    while waiting:
        following = next(each for each in waiting if each.after is None or each.after in done)
        waiting.remove(following)
        done.add(following.id)
        order.append(following)
    return order


def _lived(history: list[Happening]) -> Book:
    book = a_book(LOTS)
    heard(book, quantity=100)
    for happening in history:
        happening.book(book)
        _stands(book)
    return book


def _stands(book: Book) -> None:
    """Check what must hold at every moment."""
    balances = sums(book)
    assert sum(balances.values()) == 0
    assert all(quantity >= 0 for account, quantity in balances.items() if account.shelf in REAL)
    for lot in LOTS:
        key = goods(DEPOT, lot)
        lines = book.shipments.carrying(key.lot_key, first=None, condition=Condition.A)
        on_the_road = sum(line.open for line in lines)
        unexplained = sum(owed.remaining for owed in book.suspense.owed(key.lot_key, Shelf.IN_TRANSIT))
        short = sum(owed.remaining for owed in book.suspense.owed(goods(FACTORY, lot).lot_key, Shelf.PRODUCED))
        assert all(line.received >= 0 and line.open >= 0 for line in lines)
        assert balances.get(key.on(Shelf.IN_TRANSIT), 0) == on_the_road
        assert balances.get(key.on(Shelf.SUSPENSE), 0) == -unexplained
        assert balances.get(goods(FACTORY, lot).on(Shelf.SUSPENSE), 0) == -short
        assert on_the_road == 0 or unexplained == 0
        assert book.balance(goods(FACTORY, lot).on(Shelf.PRODUCED)) == 0 or short == 0


@settings(max_examples=150, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_same_happenings_in_any_order_leave_the_same_books(history: list[Happening], random: object) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a Random

    first, second = _lived(_in_a_possible_order(history)), _lived(_in_a_possible_order(shuffled))

    assert sums(first) == sums(second)
    assert the_demand(first).arrived == the_demand(second).arrived
