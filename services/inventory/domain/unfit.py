"""What an order may not be issued although it was reserved: expired, held back by a gate, or of another reference."""

from enum import StrEnum

from services.inventory.domain.allocation import lose
from services.inventory.domain.book import Book
from services.inventory.domain.demand import Demand
from services.inventory.domain.ledger import Cause, Holding, Reason, Transfer
from shared.events.stock import LossReason
from shared.types import OrderId, Shelf


class Unfit(StrEnum):
    """Why goods may not be issued to an order."""

    EXPIRED = "expired"
    HELD_BACK = "held_back"
    UNACCEPTED = "unaccepted"


def unfit(book: Book, demand: Demand, goods: Holding) -> Unfit | None:
    """Say why serviceable goods may not be issued to an order; none if they may."""
    lot = goods.lot_key
    if book.expired(lot):
        return Unfit.EXPIRED
    if book.gates.closed(lot):
        return Unfit.HELD_BACK
    return None if demand.accepts_reference(book.gates.reference(lot)) else Unfit.UNACCEPTED


def give_up(book: Book, cause: Cause, order: OrderId) -> None:
    """Put back on hand what an order may not be issued any more, and tell it why."""
    demand = book.demands.get(order)
    for goods, held in book.demands.held_by(order).items():
        why = unfit(book, demand, goods) if held else None
        if why is not None:
            reserved, on_hand = goods.on(Shelf.RESERVED), goods.on(Shelf.ON_HAND)
            released = Transfer(cause, reserved, on_hand, held, Reason.RELEASED, order=order)
            _lose(book, released, order, why)


def _lose(book: Book, released: Transfer, order: OrderId, why: Unfit) -> None:
    if why is Unfit.EXPIRED:
        lose(book, released, order, LossReason.EXPIRED)
    else:
        gate = book.gates.closed(released.source.lot_key) if why is Unfit.HELD_BACK else None
        unaccepted = why is Unfit.UNACCEPTED
        lose(book, released, order, LossReason.CONDITION_CHANGED, gate=gate, unaccepted=unaccepted)
