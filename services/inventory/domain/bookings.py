"""How each fact that a factory tells is booked: goods have moved, so nothing here is refused."""

from datetime import date

from services.inventory.domain import road
from services.inventory.domain.book import Book
from services.inventory.domain.ledger import Cause, Holding, Reason, Transfer, undone
from services.inventory.domain.shipment import LineKey
from services.inventory.domain.suspense import DiscrepancyKind
from shared.events.production import LotDispatched, LotEventVoided, LotFinished, LotScrapped, MadeAs
from shared.types import ScrapStage, Shelf


def finish(book: Book, cause: Cause, lot: LotFinished) -> None:
    """Put good pieces on the factory's shelf."""
    _learn(book, lot, lot.expires_on)
    goods = Holding(lot.factory, lot.part, lot.lot, lot.condition)
    book.put(
        Transfer(cause, goods.on(Shelf.MADE), goods.on(Shelf.PRODUCED), lot.quantity, Reason.FINISHED, order=lot.order)
    )


def scrap(book: Book, cause: Cause, lot: LotScrapped) -> None:
    """Take scrapped pieces off the factory's shelf, if they had been put there."""
    if lot.stage is ScrapStage.IN_PROCESS:
        return
    goods = Holding(lot.factory, lot.part, lot.lot, lot.condition)
    book.draw(
        Transfer(
            cause,
            goods.on(Shelf.PRODUCED),
            goods.on(Shelf.SCRAPPED),
            lot.quantity,
            Reason.LOT_SCRAPPED,
            order=lot.order,
        ),
        DiscrepancyKind.SHELF_SHORT,
    )


def dispatch(book: Book, cause: Cause, lot: LotDispatched) -> None:
    """Move goods off the factory's shelf, onto the road to the depot."""
    if lot.expires_on is not None:
        book.lives.tell(lot.part, lot.lot, lot.expires_on)
    book.shipments.begin(lot.shipment, lot.factory, book.now.date())
    line = book.shipments.line(LineKey(lot.shipment, lot.depot, lot.part, lot.lot, lot.condition))
    road.attribute(book, line, lot.order, lot.filling_site)
    book.draw(
        Transfer(
            cause,
            Holding(lot.factory, lot.part, lot.lot, lot.condition).on(Shelf.PRODUCED),
            line.key.road,
            lot.quantity,
            Reason.DISPATCHED,
            order=lot.order,
            shipment=lot.shipment,
        ),
        DiscrepancyKind.SHELF_SHORT,
    )
    road.set_out(book, cause, line, lot.quantity)


def void(book: Book, cause: Cause, fact: LotEventVoided) -> None:
    """Take back what an earlier fact booked; what has moved on since is left to suspense."""
    _learn(book, fact, None)
    past = book.past(fact.voided)
    if past.undone:
        return
    for transfer in past.transfers:
        if transfer.reason is Reason.DISPATCHED:
            road.void_dispatch(book, cause, transfer)
        elif transfer.reason is Reason.FINISHED:
            book.draw(undone(cause, transfer, Reason.VOIDED), DiscrepancyKind.VOID_MOVED_ON)
        elif transfer.reason is Reason.LOT_SCRAPPED:
            book.put(undone(cause, transfer, Reason.VOIDED))


def _learn(book: Book, fact: LotFinished | LotEventVoided, named: date | None) -> None:
    """Keep what the lot is, and its shelf life, as the fact says that they stand; an old fact names only its own."""
    if (made_as := _made_as(fact)) is not None:
        book.gates.make(fact.part, fact.lot, fact.factory, made_as)
    if fact.shelf_life is not None:
        book.lives.tell(fact.part, fact.lot, fact.shelf_life.expires_on)
    elif named is not None:
        book.lives.tell(fact.part, fact.lot, named)


def _made_as(fact: LotFinished | LotEventVoided) -> MadeAs | None:
    if fact.made_as is None and isinstance(fact, LotFinished) and (fact.reference or fact.certificate):
        return MadeAs(reference=fact.reference, certificate=fact.certificate)
    return fact.made_as
