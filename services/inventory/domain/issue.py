"""Issues and returns: stock handed out against an order, and stock that comes back."""

from services.inventory.domain.allocation import freshness, usable
from services.inventory.domain.book import Book
from services.inventory.domain.demand import Demand
from services.inventory.domain.holders import Reservation
from services.inventory.domain.ledger import Cause, Holding, Reason, Transfer
from shared.errors import Refusal
from shared.types import OrderId, Shelf


class NotReserved(Refusal):
    """Only what is reserved for the order, and not expired, can be issued to it."""


class OrderTakesAllOrNothing(Refusal):
    """The order does not accept less than all that it still wants."""


class OrderOfOtherStock(Refusal):
    """The order is for another part, or filled by another site."""


class MoreThanIssued(Refusal):
    """More cannot come back than was issued to the order and has not come back yet."""


def issue(book: Book, cause: Cause, order: OrderId, quantity: int) -> None:
    """Hand out what the order holds, first expired first."""
    demand = book.demands.get(order)
    held = book.demands.held_by(order)
    good = {holding: there for holding, there in held.items() if there and usable(book, holding)}
    _check_issue(demand, quantity, there=sum(good.values()))
    left = quantity
    for holding in sorted(good, key=lambda each: freshness(book, each)):
        picked = min(left, good[holding])
        if picked:
            reserved, issued = holding.on(Shelf.RESERVED), holding.on(Shelf.ISSUED)
            book.post(Transfer(cause, reserved, issued, picked, Reason.ISSUED, order=order))
            book.demands.hold(Reservation(order, holding), -picked)
            left -= picked
    book.demands.keep(*demand.issue(quantity))


def give_back(book: Book, cause: Cause, goods: Holding, quantity: int, *, order: OrderId | None) -> None:
    """Put issued stock back on hand; an order stays served by what it got."""
    if order is not None:
        demand = book.demands.get(order)
        if demand.stock != goods.stock:
            raise OrderOfOtherStock(order=order, site=demand.site, part=demand.part)
        if quantity > demand.issued - demand.returned:
            raise MoreThanIssued(order=order, issued=demand.issued, returned=demand.returned, asked=quantity)
        book.demands.amend(demand.take_back(quantity))
    book.post(Transfer(cause, goods.on(Shelf.ISSUED), goods.on(Shelf.ON_HAND), quantity, Reason.RETURNED, order=order))


def _check_issue(demand: Demand, quantity: int, *, there: int) -> None:
    if quantity > there:
        expired = demand.reserved - there
        raise NotReserved(order=demand.order, reserved=demand.reserved, expired=expired, asked=quantity)
    wanted = demand.quantity - demand.issued - demand.cancelled
    if not demand.partial and quantity != wanted:
        raise OrderTakesAllOrNothing(order=demand.order, wanted=wanted, asked=quantity)
