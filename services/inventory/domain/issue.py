"""Issues and returns: stock handed out against an order, and stock that comes back."""

from collections.abc import Mapping

from services.inventory.domain.allocation import freshness
from services.inventory.domain.book import Book
from services.inventory.domain.demand import Demand
from services.inventory.domain.holders import Reservation
from services.inventory.domain.ledger import Cause, Holding, Reason, Transfer
from services.inventory.domain.suspense import DiscrepancyKind
from services.inventory.domain.unfit import Unfit, unfit
from shared.errors import Refusal
from shared.types import OrderId, Shelf


class NotReserved(Refusal):
    """Only what is reserved for the order, not expired, and of a reference that it accepts can be issued to it."""

    field = "quantity"


class OrderTakesAllOrNothing(Refusal):
    """The order does not accept less than all that it still wants."""

    field = "quantity"


class OrderTravels(Refusal):
    """What a lateral order holds is not issued here: send it to its depot by a transfer that names the order."""

    field = "order"


class OrderOfOtherStock(Refusal):
    """The order is for another part, or filled by another site."""

    field = "order"


class MoreThanIssued(Refusal):
    """What of the issue has come back already cannot be undone too."""


def issue(book: Book, cause: Cause, order: OrderId, quantity: int) -> None:
    """Hand out what the order holds, first expired first."""
    demand = book.demands.get(order)
    if demand.supplies is not None:
        raise OrderTravels(order=order, send_to=demand.ships_to)
    hand_out(book, cause, demand, quantity)


def hand_out(book: Book, cause: Cause, demand: Demand, quantity: int) -> list[tuple[Holding, int]]:
    """Take what an order holds off the shelf for it; answers what was picked."""
    order, picks = demand.order, list[tuple[Holding, int]]()
    held = book.demands.held_by(order)
    lacks = {holding: unfit(book, demand, holding) for holding in held}
    good = {holding: there for holding, there in held.items() if there and lacks[holding] is None}
    why = {each.value: sum(there for holding, there in held.items() if lacks[holding] is each) for each in Unfit}
    _check_issue(demand, quantity, there=sum(good.values()), why=why)
    left = quantity
    for holding in sorted(good, key=lambda each: freshness(book, each)):
        picked = min(left, good[holding])
        if picked:
            reserved, issued = holding.on(Shelf.RESERVED), holding.on(Shelf.ISSUED)
            book.post(Transfer(cause, reserved, issued, picked, Reason.ISSUED, order=order))
            book.demands.hold(Reservation(order, holding), -picked)
            picks.append((holding, picked))
            left -= picked
    book.demands.keep(*demand.issue(quantity))
    return picks


def give_back(book: Book, cause: Cause, goods: Holding, quantity: int, *, order: OrderId | None) -> None:
    """Put issued stock back on hand; an order stays served by what it got.

    Goods that were never issued, or not this lot on this order, come out of suspense: they are there, and unexplained.
    """
    may_return = quantity if order is None else _unreturned(book, goods, order)
    shelf, left = goods.on(Shelf.ON_HAND), quantity
    for account, outside in book.outside.may_return(goods, order):
        back = min(left, outside, may_return - (quantity - left))
        if back:
            book.post(Transfer(cause, account, shelf, back, Reason.RETURNED, order=order))
            left -= back
    if order is not None and left < quantity:
        book.demands.amend(book.demands.get(order).take_back(quantity - left))
    if left:
        shelf = book.incoming(goods).on(Shelf.ON_HAND)
        book.post(Transfer(cause, shelf.on(Shelf.SUSPENSE), shelf, left, Reason.RETURNED, order=order))
        book.dispute(cause, shelf.on(Shelf.ISSUED), left, DiscrepancyKind.UNISSUED_RETURN, order=order)


def _unreturned(book: Book, goods: Holding, order: OrderId) -> int:
    demand = book.demands.get(order)
    if demand.stock != goods.stock:
        raise OrderOfOtherStock(order=order, site=demand.site, part=demand.part)
    return demand.issued - demand.returned


def _check_issue(demand: Demand, quantity: int, *, there: int, why: Mapping[str, int]) -> None:
    if quantity > there:
        raise NotReserved(order=demand.order, reserved=demand.reserved, asked=quantity, **why)
    wanted = demand.quantity - demand.issued - demand.cancelled
    if not demand.partial and quantity != wanted:
        raise OrderTakesAllOrNothing(order=demand.order, wanted=wanted, asked=quantity)
