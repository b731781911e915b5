"""Handling: stock that is scrapped, changes its condition or is sent on."""

from services.inventory.domain import issue, road
from services.inventory.domain.allocation import take
from services.inventory.domain.book import Book
from services.inventory.domain.ledger import Cause, Holding, Reason, Transfer
from services.inventory.domain.shipment import Line, LineKey, ShipmentClosed, ShipmentOfAnotherSender
from shared.errors import Refusal
from shared.events.stock import LossReason
from shared.types import Condition, OrderId, Shelf, ShipmentId, SiteId


class ReceiverNoDepot(Refusal):
    """Goods are sent to a depot of the sender's own nation: nobody else could receive them."""

    field = "to_site"


class OrderNotForDepot(Refusal):
    """The order is no lateral order, or another depot waits for what it holds."""

    field = "to_site"


class NotEnoughStock(Refusal):
    """There is not so much of it at the site."""

    field = "quantity"


def scrap(book: Book, cause: Cause, goods: Holding, quantity: int) -> None:
    """Take stock out of service for good."""
    require(book, goods, quantity)
    scrapped = Transfer(cause, goods.on(Shelf.ON_HAND), goods.on(Shelf.SCRAPPED), quantity, Reason.SCRAPPED)
    take(book, scrapped, LossReason.SCRAPPED)


def change_condition(book: Book, cause: Cause, goods: Holding, quantity: int, *, condition: Condition) -> None:
    """Move stock to another supply condition."""
    require(book, goods, quantity)
    target = goods._replace(condition=condition).on(Shelf.ON_HAND)
    changed = Transfer(cause, goods.on(Shelf.ON_HAND), target, quantity, Reason.CONDITION_CHANGED)
    take(book, changed, LossReason.CONDITION_CHANGED)


def send(book: Book, cause: Cause, goods: Holding, quantity: int, *, to: SiteId, shipment: ShipmentId) -> None:
    """Put stock on the road to another site, as a line of a consignment."""
    require(book, goods, quantity)
    _begin(book, goods.site, shipment)
    line = book.shipments.line(LineKey(shipment, to, goods.part, goods.lot, goods.condition))
    _take_along(book, goods, line)
    sent = Transfer(cause, goods.on(Shelf.ON_HAND), line.key.road, quantity, Reason.SENT, shipment=shipment)
    take(book, sent, LossReason.TRANSFERRED)
    road.set_out(book, cause, line, quantity)


def ship(book: Book, cause: Cause, order: OrderId, quantity: int, *, to: SiteId, shipment: ShipmentId) -> None:
    """Put what a lateral order holds on the road to the depot of the order that it supplies: it arrives for that one.

    It is issued to the lateral order and sent on at once, so that both orders add up by what their depots have done.
    """
    demand = book.demands.get(order)
    if demand.supplies is None or to != demand.ships_to:
        raise OrderNotForDepot(order=order, send_to=demand.ships_to)
    _begin(book, demand.site, shipment)
    for goods, picked in issue.hand_out(book, cause, demand, quantity):
        line = book.shipments.line(LineKey(shipment, to, goods.part, goods.lot, goods.condition))
        _take_along(book, goods, line)
        road.attribute(book, line, demand.supplies, to)
        sent = Transfer(cause, goods.on(Shelf.ISSUED), line.key.road, picked, Reason.SENT, shipment=shipment)
        book.post(sent)
        road.set_out(book, cause, line, picked)


def _begin(book: Book, sender: SiteId, shipment: ShipmentId) -> None:
    known = book.shipments.find(shipment)
    if known is not None and known.sender != sender:
        raise ShipmentOfAnotherSender(shipment=shipment, sender=known.sender).at("shipment")
    if known is not None and known.closed:
        raise ShipmentClosed(shipment=shipment).at("shipment")
    book.shipments.begin(shipment, sender, book.now.date())


def require(book: Book, goods: Holding, quantity: int) -> None:
    """Refuse what is more than there is, free or reserved."""
    available = book.stands(goods)
    if quantity > available:
        raise NotEnoughStock(asked=quantity, available=available)


def _take_along(book: Book, goods: Holding, line: Line) -> None:
    """Let the last day that the sender has marked, or has extended, travel with the goods."""
    if marked := book.lives.marked(goods.lot_key):
        line.expires_on, line.extends = marked, book.lives.is_extended(goods.lot_key)
