"""What a lateral order holds travels to the depot of the order that it supplies, and arrives for that one."""

import pytest

from services.inventory.domain import handling, issue, road, slip
from services.inventory.domain.book import Book
from services.inventory.domain.handling import OrderNotForDepot
from services.inventory.domain.issue import NotReserved, OrderTakesAllOrNothing, OrderTravels
from services.inventory.domain.ledger import Cause
from services.inventory.domain.road import Arrival
from services.inventory.domain.shipment import ShipmentClosed, ShipmentOfAnotherSender
from services.inventory.domain.slip import GoodsGone, MovementReversedBefore
from shared.errors import Refusal
from shared.types import Shelf
from tests.unit.inventory.makers import (
    DEPOT,
    OTHER_DEPOT,
    a_book,
    a_cause,
    a_demand,
    allocated,
    an_order_id,
    goods,
    heard,
    on,
    open_ones,
    stocked,
    sums,
    the_demand,
)

SUPPLIED, LATERAL = 1, 2
SHIPMENT = "D-02:S-1"


def lent(quantity: int = 2, *lots: tuple[str, int]) -> Book:
    """Let an order at D-01 wait for three, and D-02 hold some for its lateral order."""
    book = a_book(lots=("F-01:L-1", "F-01:L-2"))
    book.minimums.load(a_demand(site=OTHER_DEPOT).stock, 0)
    heard(book, 3, SUPPLIED)
    for lot, there in lots or (("F-01:L-1", quantity),):
        stocked(book, there, at=goods(OTHER_DEPOT, lot))
    heard(book, quantity, LATERAL, site=OTHER_DEPOT, ordered_by=DEPOT, partial=False, supplies=an_order_id(SUPPLIED))
    allocated(book, OTHER_DEPOT)
    return book


def ship(book: Book, quantity: int = 2, *, cause: Cause | None = None, to: str = DEPOT, number: int = LATERAL) -> Cause:
    cause = cause or a_cause()
    handling.ship(book, cause, an_order_id(number), quantity, to=to, shipment=SHIPMENT)
    return cause


def test_a_lateral_order_knows_which_order_it_supplies_and_where_that_waits() -> None:
    demand = the_demand(lent(), LATERAL)

    assert (demand.supplies, demand.ships_to) == (an_order_id(SUPPLIED), DEPOT)
    assert (demand.is_lateral, demand.reserved) == (True, 2)
    assert the_demand(lent(), SUPPLIED).ships_to is None


def test_what_is_shipped_is_issued_to_the_lateral_order_and_arrives_for_the_one_that_it_supplies() -> None:
    book = lent()

    ship(book)
    shipped = the_demand(book, LATERAL)
    on_the_road = on(book, Shelf.IN_TRANSIT)
    road.arrive(book, a_cause(), Arrival(goods(), 2, SHIPMENT))
    allocated(book)

    assert (shipped.reserved, shipped.issued, on_the_road) == (0, 2, 2)
    supplied = the_demand(book, SUPPLIED)
    assert (supplied.arrived, supplied.reserved) == (2, 2)
    assert goods(OTHER_DEPOT).on(Shelf.ISSUED) not in sums(book)
    assert open_ones(book) == []


def test_every_lot_that_is_held_travels_as_a_line_of_its_own() -> None:
    book = lent(3, ("F-01:L-1", 1), ("F-01:L-2", 2))

    ship(book, 3)

    assert (on(book, Shelf.IN_TRANSIT), on(book, Shelf.IN_TRANSIT, lot="F-01:L-2")) == (1, 2)


def test_a_receipt_before_the_shipping_is_told_counts_for_the_supplied_order_too() -> None:
    book = lent()
    road.arrive(book, a_cause(), Arrival(goods(), 2, SHIPMENT))

    ship(book)

    assert the_demand(book, SUPPLIED).arrived == 2
    assert open_ones(book) == []


def test_what_a_lateral_order_holds_is_not_issued_where_it_stands() -> None:
    with pytest.raises(OrderTravels):
        issue.issue(lent(), a_cause(), an_order_id(LATERAL), 2)


@pytest.mark.parametrize(
    ("quantity", "to", "number", "refusal"),
    [
        pytest.param(1, DEPOT, LATERAL, OrderTakesAllOrNothing, id="a part of it"),
        pytest.param(3, DEPOT, LATERAL, NotReserved, id="more than is held"),
        pytest.param(2, OTHER_DEPOT, LATERAL, OrderNotForDepot, id="to another depot"),
        pytest.param(2, DEPOT, SUPPLIED, OrderNotForDepot, id="no lateral order"),
    ],
)
def test_what_cannot_be_shipped_is_refused(quantity: int, to: str, number: int, refusal: type[Refusal]) -> None:
    book = lent()

    with pytest.raises(refusal):
        ship(book, quantity, to=to, number=number)


def test_goods_are_shipped_in_a_consignment_of_their_own_depot_while_it_is_open() -> None:
    book = lent()
    theirs = book.shipments.begin(SHIPMENT, DEPOT, book.now.date())

    with pytest.raises(ShipmentOfAnotherSender):
        ship(book)
    theirs.sender = OTHER_DEPOT
    book.shipments.close(theirs)
    with pytest.raises(ShipmentClosed):
        ship(book)


def test_shipping_that_did_not_happen_is_held_for_the_lateral_order_again() -> None:
    book = lent(3, ("F-01:L-1", 1), ("F-01:L-2", 2))
    cause = ship(book, 3)

    slip.reverse(book, a_cause(), cause.id)

    demand = the_demand(book, LATERAL)
    assert (demand.reserved, demand.issued) == (3, 0)
    assert on(book, Shelf.IN_TRANSIT) == on(book, Shelf.IN_TRANSIT, lot="F-01:L-2") == 0
    with pytest.raises(MovementReversedBefore):
        slip.reverse(book, a_cause(), cause.id)


def test_shipping_whose_goods_have_arrived_is_not_reversed() -> None:
    book = lent()
    cause = ship(book)
    road.arrive(book, a_cause(), Arrival(goods(), 1, SHIPMENT))

    with pytest.raises(GoodsGone):
        slip.reverse(book, a_cause(), cause.id)
    assert the_demand(book, LATERAL).issued == 2


def test_what_was_shipped_does_not_come_back_as_if_it_had_been_issued() -> None:
    book = lent()
    ship(book)

    issue.give_back(book, a_cause(), goods(OTHER_DEPOT), 1, order=None)

    assert [kind for kind, _ in open_ones(book)] == ["unissued-return"]
