"""Issues, returns, counts, scraps and sendings, and undoing them."""

from collections.abc import Callable

import pytest

from services.inventory.domain import bookings, handling, issue, road, slip
from services.inventory.domain.book import Book
from services.inventory.domain.count import CountContradicted, adjustment, correct
from services.inventory.domain.issue import MoreThanIssued, NotReserved, OrderTakesAllOrNothing
from services.inventory.domain.ledger import Cause, Holding
from services.inventory.domain.resolution import resolve
from services.inventory.domain.road import Arrival
from services.inventory.domain.shipment import ShipmentClosed, ShipmentOfAnotherSender
from shared.errors import Refusal
from shared.events.envelope import new_event_id
from shared.types import Condition, Shelf
from tests.unit.inventory.makers import (
    NOW,
    OTHER_DEPOT,
    PART,
    SHIPMENT,
    a_book,
    a_cause,
    a_dispatch,
    a_finish,
    allocated,
    an_order_id,
    goods,
    heard,
    held,
    on,
    stocked,
    sums,
    the_demand,
)


def on_its_way(book: Book, quantity: int = 10) -> None:
    """Put goods on the road to the depot."""
    bookings.finish(book, a_cause(), a_finish(quantity))
    bookings.dispatch(book, a_cause(), a_dispatch(quantity))


def count(book: Book, cause: Cause, holding: Holding, *, counted: int, moved_before: int = 0) -> int:
    """Count a shelf."""
    change = adjustment(book, holding, counted=counted, moved_before=moved_before)
    correct(book, cause, holding, change)
    return change


def undo(book: Book, cause: Cause) -> None:
    """Reverse what a cause booked."""
    slip.reverse(book, a_cause(), cause.id)


def test_an_issue_takes_the_first_to_expire_of_what_the_order_holds() -> None:
    book = a_book(("F-01:L-1", "F-01:L-2"))
    stocked(book, 2)
    stocked(book, 2, at=goods(lot="F-01:L-2"))
    book.lives.tell(PART, "F-01:L-2", NOW.date())
    heard(book, 4)
    allocated(book)

    issue.issue(book, a_cause(), an_order_id(), 1)
    first = (on(book, Shelf.RESERVED), on(book, Shelf.RESERVED, lot="F-01:L-2"))
    issue.issue(book, a_cause(), an_order_id(), 2)

    assert first == (2, 1)
    assert (on(book, Shelf.RESERVED), on(book, Shelf.RESERVED, lot="F-01:L-2")) == (1, 0)
    assert the_demand(book).issued == 3


def test_what_is_expired_or_not_held_is_not_issued() -> None:
    book = a_book()
    held(book)

    with pytest.raises(NotReserved):
        issue.issue(book, a_cause(), an_order_id(), 6)
    book.lives.tell(PART, "F-01:L-1", NOW.date().replace(year=2020))
    with pytest.raises(NotReserved) as refused:
        issue.issue(book, a_cause(), an_order_id(), 1)

    assert refused.value.facts["expired"] == 5


def test_an_order_that_takes_all_or_nothing_is_not_issued_in_part() -> None:
    book = a_book()
    held(book, partial=False)

    with pytest.raises(OrderTakesAllOrNothing):
        issue.issue(book, a_cause(), an_order_id(), 4)


def test_a_count_is_against_the_book_as_it_was() -> None:
    book = a_book()
    holding = stocked(book, 10)
    handling.scrap(book, a_cause(), holding, 2)

    up = count(book, a_cause(), holding, counted=3)
    same = count(book, a_cause(), holding, counted=3)
    down = count(book, a_cause(), holding, counted=1)

    assert (up, same, down) == (3, 0, -2)
    assert on(book, Shelf.ON_HAND) == 9
    with pytest.raises(CountContradicted):
        count(book, a_cause(), holding, counted=0, moved_before=-99)


def test_goods_are_sent_in_their_own_shipment_while_it_is_open() -> None:
    book = a_book()
    holding = stocked(book, 5)
    on_its_way(book)
    handling.send(book, a_cause(), holding, 2, to=OTHER_DEPOT, shipment="D-01:S-1")

    with pytest.raises(ShipmentOfAnotherSender):
        handling.send(book, a_cause(), holding, 1, to=OTHER_DEPOT, shipment=SHIPMENT)
    road.close(book, a_cause(), book.shipments.get("D-01:S-1"), {OTHER_DEPOT})
    with pytest.raises(ShipmentClosed):
        handling.send(book, a_cause(), holding, 1, to=OTHER_DEPOT, shipment="D-01:S-1")
    with pytest.raises(handling.NotEnoughStock):
        handling.scrap(book, a_cause(), holding, 4)


def _issue(book: Book, cause: Cause) -> None:
    held(book)
    issue.issue(book, cause, an_order_id(), 3)


def _return(book: Book, cause: Cause) -> None:
    held(book)
    issue.issue(book, a_cause(), an_order_id(), 3)
    issue.give_back(book, cause, goods(), 2, order=an_order_id())


def _plain_return(book: Book, cause: Cause) -> None:
    held(book)
    issue.issue(book, a_cause(), an_order_id(), 1)
    issue.give_back(book, cause, goods(), 2, order=None)


def _scrap(book: Book, cause: Cause) -> None:
    handling.scrap(book, cause, stocked(book, 5), 2)


def _change(book: Book, cause: Cause) -> None:
    handling.change_condition(book, cause, stocked(book, 5), 2, condition=Condition.F)


def _count_up(book: Book, cause: Cause) -> None:
    count(book, cause, stocked(book, 5), counted=8)


def _count_down(book: Book, cause: Cause) -> None:
    count(book, cause, stocked(book, 5), counted=2)


def _send(book: Book, cause: Cause) -> None:
    handling.send(book, cause, stocked(book, 5), 2, to=OTHER_DEPOT, shipment="D-01:S-1")


def _receive(book: Book, cause: Cause) -> None:
    on_its_way(book)
    road.arrive(book, cause, Arrival(goods(), 12, SHIPMENT))


SLIPS = [_issue, _return, _plain_return, _scrap, _change, _count_up, _count_down, _send, _receive]


@pytest.mark.parametrize("do", SLIPS)
def test_a_reversed_slip_leaves_the_books_as_if_it_had_not_been(do: Callable[[Book, Cause], None]) -> None:
    book, cause = a_book(), a_cause()
    do(book, cause)
    mine = [transfer for transfer in book.transfers if transfer.cause.id == cause.id]
    before = sums(book)
    for transfer in mine:
        before[transfer.source] = before.get(transfer.source, 0) + transfer.quantity
        before[transfer.target] = before.get(transfer.target, 0) - transfer.quantity

    undo(book, cause)

    assert sums(book) == {account: quantity for account, quantity in sorted(before.items()) if quantity}
    assert not [each for each in book.suspense.opened if each.remaining]
    with pytest.raises(slip.MovementReversedBefore):
        undo(book, cause)


def test_a_reversed_scrap_of_a_reservation_is_free_stock() -> None:
    book, cause = a_book(), a_cause()
    held(book)
    handling.scrap(book, cause, goods(), 2)

    undo(book, cause)

    assert (on(book, Shelf.ON_HAND), on(book, Shelf.RESERVED)) == (2, 3)


def test_a_reversed_issue_of_a_closed_demand_or_expired_lot_is_free_stock() -> None:
    book, first, second = a_book(), a_cause(), a_cause()
    held(book)
    issue.issue(book, first, an_order_id(), 1)
    issue.issue(book, second, an_order_id(), 2)
    book.lives.tell(PART, "F-01:L-1", NOW.date().replace(year=2020))

    undo(book, first)
    short = the_demand(book).short
    book.demands.keep(*the_demand(book).reduce(4))
    undo(book, second)

    assert short == 1
    assert on(book, Shelf.ON_HAND) == 3


def test_a_reversed_receipt_is_on_the_road_again_where_a_dispatch_explained_it_since() -> None:
    book, cause = a_book(), a_cause()
    road.arrive(book, cause, Arrival(goods(), 5, None))
    on_its_way(book, 8)

    undo(book, cause)

    assert (on(book, Shelf.IN_TRANSIT), on(book, Shelf.ON_HAND)) == (8, 0)


def _gone(book: Book, cause: Cause) -> None:
    _receive(book, cause)
    handling.scrap(book, a_cause(), goods(), 1)


def _settled(book: Book, cause: Cause) -> None:
    road.arrive(book, cause, Arrival(goods(), 5, None))
    resolve(book, a_cause(), book.suspense.opened[0], reason="Found.")


def _came_back(book: Book, cause: Cause) -> None:
    _issue(book, cause)
    issue.give_back(book, a_cause(), goods(), 1, order=an_order_id())


def _came_back_unnamed(book: Book, cause: Cause) -> None:
    _issue(book, cause)
    issue.give_back(book, a_cause(), goods(condition=Condition.F), 1, order=None)


def _return_settled(book: Book, cause: Cause) -> None:
    issue.give_back(book, cause, goods(), 2, order=None)
    resolve(book, a_cause(), book.suspense.opened[0], reason="Found.")


def _arrived(book: Book, cause: Cause) -> None:
    _send(book, cause)
    road.arrive(book, a_cause(), Arrival(goods(OTHER_DEPOT), 1, "D-01:S-1"))


@pytest.mark.parametrize(
    ("do", "refusal"),
    [
        (_gone, slip.GoodsGone),
        (_settled, slip.MovementSettled),
        (_came_back, MoreThanIssued),
        (_came_back_unnamed, MoreThanIssued),
        (_return_settled, slip.MovementSettled),
        (_arrived, slip.GoodsGone),
        (lambda book, cause: bookings.finish(book, cause, a_finish(1)), slip.MovementNotReversible),
    ],
)
def test_what_cannot_be_undone_is_refused_and_leaves_no_trace(
    do: Callable[[Book, Cause], None], refusal: type[Refusal]
) -> None:
    book, cause = a_book(), a_cause()
    do(book, cause)
    before = len(book.transfers)

    with pytest.raises(refusal):
        undo(book, cause)

    assert len(book.transfers) == before


def test_a_movement_nobody_booked_is_unknown() -> None:
    with pytest.raises(slip.MovementUnknown):
        slip.reverse(a_book(), a_cause(), new_event_id())
