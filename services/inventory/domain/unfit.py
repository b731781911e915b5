"""What an order holds and may not be issued any more: expired since it was reserved, or held back by a gate."""

from services.inventory.domain.allocation import lose
from services.inventory.domain.book import Book
from services.inventory.domain.ledger import Cause, Reason, Transfer
from shared.events.stock import LossReason
from shared.types import OrderId, Shelf


def give_up(book: Book, cause: Cause, order: OrderId) -> None:
    """Put back on hand what an order may not be issued any more, and tell it why."""
    for goods, held in book.demands.held_by(order).items():
        is_expired, gate = book.expired(goods.lot_key), book.gates.closed(goods.lot_key)
        if held and (is_expired or gate):
            reserved, on_hand = goods.on(Shelf.RESERVED), goods.on(Shelf.ON_HAND)
            released = Transfer(cause, reserved, on_hand, held, Reason.RELEASED, order=order)
            if is_expired:
                lose(book, released, order, LossReason.EXPIRED)
            else:
                lose(book, released, order, LossReason.CONDITION_CHANGED, gate=gate)
