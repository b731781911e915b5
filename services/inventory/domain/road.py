"""The road: goods between a sender and a depot, and the receipts that no consignment explains yet.

For one lot on its way to one site, never both at once: goods still on the road (or given up), and receipts that wait
for a dispatch. Whatever comes second is matched with what came first, so a receipt before its dispatch ends as one
after it.
"""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from services.inventory.domain.book import Book
from services.inventory.domain.ledger import Account, Cause, Holding, LotKey, Reason, Transfer, undone
from services.inventory.domain.shipment import Line, LineKey, Shipment, ShipmentClosed
from services.inventory.domain.suspense import DiscrepancyKind
from shared.types import OrderId, Shelf, ShipmentId, SiteId


class Arrival(NamedTuple):
    """Goods that a depot has in its hands: what they are, how much, and the consignment they are said to be of."""

    holding: Holding
    quantity: int
    shipment: ShipmentId | None


class Return(NamedTuple):
    """Where a quantity goes that was not received after all."""

    account: Account
    quantity: int
    shipment: ShipmentId | None


def set_out(book: Book, cause: Cause, line: Line, quantity: int) -> None:
    """Count goods that were put on the road; receipts that waited for them are explained."""
    line.dispatched += quantity
    book.shipments.touch(line)
    match(book, cause, line.key.lot_key)


def attribute(book: Book, line: Line, order: OrderId | None, filling_site: SiteId | None) -> None:
    """Remember the order that a line was made for, as first heard; what came of it before counts for that order."""
    if line.order is None and order is not None:
        line.order, line.filling_site = order, filling_site
        book.supply(line, arrived=line.received, lost=line.lost)


def match(book: Book, cause: Cause, lot: LotKey) -> None:
    """Explain receipts without a dispatch by what is on the road."""
    for owed in list(book.suspense.owed(lot, Shelf.IN_TRANSIT)):
        lines = book.shipments.carrying(lot, first=owed.shipment, condition=owed.account.condition)
        for line in lines:
            quantity = min(owed.remaining, line.open)
            if quantity:
                book.post(_moved(line, cause, (line.key.road, owed.suspense), quantity=quantity, reason=Reason.MATCHED))
                book.suspense.explain(owed, quantity)
                line.received += quantity
                book.supply(line, arrived=quantity)


def mark(book: Book, cause: Cause, arrival: Arrival, expires_on: date | None) -> None:
    """Keep the last day that goods are marked with; where nothing is said of a new lot, what its sender had marked.

    A life that was extended stays so, whatever else comes of the lot: of two extensions, the earlier day holds.
    """
    lot, lives = arrival.holding.lot_key, book.lives
    lines = book.shipments.carrying(lot, first=arrival.shipment)
    line = next((line for line in lines if line.expires_on and line.open), None)
    if line is not None and line.expires_on is not None and line.extends:
        if not lives.is_extended(lot) or line.expires_on < (lives.marked(lot) or line.expires_on):
            lives.mark(lot, cause.id, line.expires_on, extends=True)
    elif not lives.is_extended(lot):
        if expires_on is None and line is not None and lives.marked(lot) is None:
            expires_on = line.expires_on
        if expires_on is not None:
            lives.mark(lot, cause.id, expires_on)


def arrive(book: Book, cause: Cause, arrival: Arrival) -> None:
    """Put received goods on hand: off the road, out of what was given up, and the rest out of suspense."""
    shelf = arrival.holding.on(Shelf.ON_HAND)
    left = arrival.quantity
    lines = book.shipments.carrying(
        arrival.holding.lot_key, first=arrival.shipment, condition=arrival.holding.condition
    )
    for line in lines:
        quantity = min(left, line.open)
        if quantity:
            book.post(_moved(line, cause, (line.key.road, shelf), quantity=quantity, reason=Reason.RECEIVED))
            line.received += quantity
            book.supply(line, arrived=quantity)
            left -= quantity
    for line in lines:
        left -= _turn_up(book, cause, line, Arrival(arrival.holding, left, arrival.shipment))
    if left:
        _receive_unexplained(book, cause, arrival, left)


def identify(book: Book, arrival: Arrival) -> list[Arrival]:
    """Say of which lots goods are that were received without one, as far as their consignment tells."""
    goods, left = arrival.holding, arrival.quantity
    if arrival.shipment is None:
        return [arrival]
    lines = list(book.shipments.bound_for(goods.site, goods.part, arrival.shipment))
    found: list[Arrival] = []
    for line in lines:
        quantity = min(left, line.open)
        if quantity:
            found.append(Arrival(goods._replace(lot=line.key.lot), quantity, arrival.shipment))
            left -= quantity
    if left:
        lot = lines[-1].key.lot if lines else goods.lot
        found.append(Arrival(goods._replace(lot=lot), left, arrival.shipment))
    return found


def void_dispatch(book: Book, cause: Cause, dispatched: Transfer) -> None:
    """Take a dispatch back that did not happen; goods received of it are unexplained again."""
    line = _line_of(book, dispatched)
    road = line.key.road
    line.dispatched -= dispatched.quantity
    gone = max(0, -line.open)
    if gone:
        book.post(_moved(line, cause, (road.on(Shelf.SUSPENSE), road), quantity=gone, reason=Reason.COVERED))
        found = min(gone, line.lost)
        line.lost -= found
        line.received -= gone - found
        unexplained = gone - _recover(book, line, found)
        if unexplained:
            book.dispute(
                cause, road, unexplained, DiscrepancyKind.VOID_MOVED_ON, shipment=line.key.shipment, order=line.order
            )
        book.supply(line, arrived=-(gone - found), lost=-found)
    book.shipments.touch(line)
    book.put(undone(cause, dispatched, Reason.VOIDED))
    match(book, cause, line.key.lot_key)


def explained(book: Book, lot: LotKey) -> int:
    """Say how much of what was received of a lot can still be taken back, on the road or to suspense."""
    waiting = sum(owed.remaining for owed in book.suspense.owed(lot, Shelf.IN_TRANSIT))
    lines = book.shipments.carrying(lot)
    return waiting + sum(line.received for line in lines)


def send_back(book: Book, goods: Holding, quantity: int, *, shipment: ShipmentId | None) -> list[Return]:
    """Say where goods go that were not received after all: first to what no dispatch explains, then onto the road."""
    returns: list[Return] = []
    for owed in list(book.suspense.owed(goods.lot_key, Shelf.IN_TRANSIT)):
        back = min(quantity, owed.remaining)
        if back:
            book.suspense.explain(owed, back)
            quantity -= back
            returns.append(Return(owed.suspense, back, owed.shipment))
    for line in book.shipments.carrying(goods.lot_key, first=shipment, condition=goods.condition):
        back = min(quantity, line.received)
        if back:
            line.received -= back
            book.supply(line, arrived=-back)
            quantity -= back
            returns.append(Return(line.key.road, back, line.key.shipment))
    assert quantity == 0, "what is sent back was received"
    return returns


def close(book: Book, cause: Cause, shipment: Shipment, depots: Collection[SiteId]) -> None:
    """Give up what is on the road to these depots; the consignment is closed once nothing more of it is expected."""
    if shipment.closed:
        raise ShipmentClosed(shipment=shipment.id)
    for key, line in sorted(shipment.lines.items()):
        rest = line.open
        if rest and key.depot in depots:
            road = line.key.road
            book.post(_moved(line, cause, (road, road.on(Shelf.SUSPENSE)), quantity=rest, reason=Reason.LOST))
            book.dispute(
                cause, road, rest, DiscrepancyKind.LOST_IN_TRANSIT, shipment=line.key.shipment, order=line.order
            )
            line.lost += rest
            book.supply(line, lost=rest)
    if not any(line.open for line in shipment.lines.values()):
        book.shipments.close(shipment)


def _turn_up(book: Book, cause: Cause, line: Line, arrival: Arrival) -> int:
    """Receive what had been given up of a line; answers how much."""
    quantity = min(arrival.quantity, line.lost)
    recovered = _recover(book, line, quantity)
    if recovered:
        suspense, shelf = line.key.road.on(Shelf.SUSPENSE), arrival.holding.on(Shelf.ON_HAND)
        book.post(_moved(line, cause, (suspense, shelf), quantity=recovered, reason=Reason.RECEIVED))
        line.lost -= recovered
        line.received += recovered
        book.supply(line, arrived=recovered, lost=-recovered)
    return recovered


def _recover(book: Book, line: Line, quantity: int) -> int:
    """Explain what was given up of a line, as far as nobody has resolved it; answers how much."""
    left = quantity
    for lost in list(book.suspense.missing(line.key.lot_key, line.key.shipment)):
        explained = min(left, lost.remaining)
        if explained and lost.account == line.key.road:
            book.suspense.explain(lost, explained)
            left -= explained
    return quantity - left


def _receive_unexplained(book: Book, cause: Cause, arrival: Arrival, quantity: int) -> None:
    holding, shipment = book.incoming(arrival.holding), arrival.shipment
    shelf = holding.on(Shelf.ON_HAND)
    expected = any(line.key.shipment == shipment for line in book.shipments.carrying(holding.lot_key))
    kind = DiscrepancyKind.OVER_RECEIPT if expected else DiscrepancyKind.UNMATCHED_RECEIPT
    suspense = shelf.on(Shelf.SUSPENSE)
    book.post(Transfer(cause, suspense, shelf, quantity, Reason.RECEIVED, shipment=shipment))
    book.dispute(cause, shelf.on(Shelf.IN_TRANSIT), quantity, kind, shipment=shipment)


def _line_of(book: Book, dispatched: Transfer) -> Line:
    assert dispatched.shipment is not None, "what is dispatched travels in a consignment"
    return book.shipments.line(LineKey(dispatched.shipment, *dispatched.target.holding))


def _moved(line: Line, cause: Cause, way: tuple[Account, Account], *, quantity: int, reason: Reason) -> Transfer:
    source, target = way
    return Transfer(cause, source, target, quantity, reason, order=line.order, shipment=line.key.shipment)
