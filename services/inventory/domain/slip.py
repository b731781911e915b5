"""Slips: undoing what a depot booked, by compensating transfers that name the original."""

from collections import Counter
from collections.abc import Callable, Sequence

from services.inventory.domain import ageing, road
from services.inventory.domain.allocation import take
from services.inventory.domain.book import Book
from services.inventory.domain.holders import Reservation
from services.inventory.domain.issue import MoreThanIssued
from services.inventory.domain.ledger import Cause, Holding, LotKey, Reason, Transfer, undone
from services.inventory.domain.shipment import Line, LineKey
from services.inventory.domain.suspense import Discrepancy
from services.inventory.domain.unfit import unfit
from shared.errors import Kind, Refusal
from shared.events.stock import LossReason
from shared.types import EventId, Shelf


class MovementUnknown(Refusal):
    """There is no such movement."""

    kind = Kind.NOT_FOUND


class MovementNotReversible(Refusal):
    """Only what a depot booked can be reversed: receipts, issues, returns, counts, scraps and the like."""


class MovementReversedBefore(Refusal):
    """The movement has been reversed already."""


class GoodsGone(Refusal):
    """The goods have moved on since."""


class MovementSettled(Refusal):
    """What the movement left unexplained has been resolved since; correct the stock by a count."""


def reverse(book: Book, cause: Cause, original: EventId) -> None:
    """Undo a movement; reversing twice, or what has moved on, is refused."""
    past = book.past(original)
    if not past.transfers:
        raise MovementUnknown(movement=original)
    if past.undone:
        raise MovementReversedBefore(movement=original)
    lines = [transfer for transfer in past.transfers if transfer.reason in _UNDO]
    if not lines:
        raise MovementNotReversible(movement=original)
    _check_there(book, lines)
    reasons = {line.reason for line in lines}
    undo = _undo_shipping if reasons == {Reason.ISSUED, Reason.SENT} else _UNDO[lines[0].reason]
    undo(book, cause, lines)
    book.lives.withdraw(original)
    book.freed.update(line.target.stock for line in lines if line.target.shelf is Shelf.ON_HAND)


def _check_there(book: Book, lines: Sequence[Transfer]) -> None:
    for holding, quantity in laid(lines).items():
        available = book.stands(holding) + sum(map(book.stands, ageing.later(book, holding)))
        if quantity > available:
            raise GoodsGone(lot=holding.lot, condition=holding.condition.value, asked=quantity, available=available)


def laid(lines: Sequence[Transfer]) -> Counter[Holding]:
    """Say how much of which goods these transfers have put on hand."""
    wanted: Counter[Holding] = Counter()
    for line in lines:
        if line.target.shelf is Shelf.ON_HAND:
            wanted[line.target.holding] += line.quantity
    return wanted


def _turn_back(book: Book, cause: Cause, lines: Sequence[Transfer]) -> None:
    """Let the clock's steps be undone first that goods have taken since."""
    for holding, quantity in laid(lines).items():
        ageing.turn_back(book, cause, holding, quantity)


def _undo_receipt(book: Book, cause: Cause, lines: Sequence[Transfer]) -> None:
    received: Counter[LotKey] = Counter()
    for line in lines:
        received[line.target.lot_key] += line.quantity
    for lot, quantity in received.items():
        if quantity > road.explained(book, lot):
            raise MovementSettled(lot=lot.lot, received=quantity)
    _turn_back(book, cause, lines)
    for line in lines:
        for source in road.send_back(book, line.target.holding, line.quantity, shipment=line.shipment):
            taken = undone(cause, line, Reason.REVERSED)._replace(
                target=source.account, quantity=source.quantity, order=None, shipment=source.shipment
            )
            take(book, taken, LossReason.REVERSED)


def _undo_issue(book: Book, cause: Cause, lines: Sequence[Transfer]) -> None:
    order = lines[0].order
    assert order is not None, "an issue is to an order"
    demand = book.demands.get(order)
    quantity = sum(line.quantity for line in lines)
    if quantity > demand.issued - demand.returned:
        raise MoreThanIssued(order=order, issued=demand.issued, returned=demand.returned, asked=quantity)
    _check_outside(book, lines)
    held = 0
    for line in lines:
        goods = line.source.holding
        if demand.closed or unfit(book, demand, goods) is not None:
            book.post(undone(cause, line, Reason.REVERSED)._replace(target=goods.on(Shelf.ON_HAND)))
        else:
            book.post(undone(cause, line, Reason.REVERSED))
            book.demands.hold(Reservation(order, goods), line.quantity)
            held += line.quantity
    book.demands.keep(*demand.undo_issue(quantity, held=held))


def _check_outside(book: Book, lines: Sequence[Transfer]) -> None:
    """Refuse to take back an issue whose goods have come back without the name of their order."""
    for line in lines:
        outside = book.outside.of(line.target)
        if line.quantity > outside:
            raise MoreThanIssued(order=line.order, lot=line.target.lot, outside=outside, asked=line.quantity)


def _undo_return(book: Book, cause: Cause, lines: Sequence[Transfer]) -> None:
    explained = [(line, _unissued(book, line)) for line in lines if line.source.shelf is Shelf.SUSPENSE]
    _turn_back(book, cause, lines)
    for line, discrepancy in explained:
        book.suspense.explain(discrepancy, line.quantity)
    for line in lines:
        take(book, undone(cause, line, Reason.REVERSED), LossReason.REVERSED)
        if line.order is not None and line.source.shelf is Shelf.ISSUED:
            book.demands.amend(book.demands.get(line.order).give_again(line.quantity))


def _unissued(book: Book, line: Transfer) -> Discrepancy:
    """Find what a return left unexplained, unless somebody has resolved it."""
    for owed in book.suspense.owed(line.target.lot_key, Shelf.ISSUED):
        if owed.cause == line.cause.id and owed.remaining == line.quantity:
            return owed
    raise MovementSettled(lot=line.target.lot, returned=line.quantity)


def _undo_sending(book: Book, cause: Cause, lines: Sequence[Transfer]) -> None:
    line = _travelling(book, lines[0])
    quantity = sum(each.quantity for each in lines)
    if quantity > line.open:
        raise GoodsGone(shipment=line.key.shipment, asked=quantity, available=line.open)
    for each in lines:
        book.post(_to_hand(cause, each))
    line.dispatched -= quantity
    book.shipments.touch(line)


def _undo_shipping(book: Book, cause: Cause, lines: Sequence[Transfer]) -> None:
    """Take goods of a lateral order off the road, and back to what the order holds."""
    sent = [line for line in lines if line.reason is Reason.SENT]
    for each in sent:
        travels = _travelling(book, each)
        if each.quantity > travels.open:
            raise GoodsGone(shipment=travels.key.shipment, asked=each.quantity, available=travels.open)
    for each in sent:
        book.post(undone(cause, each, Reason.REVERSED))
        travels = _travelling(book, each)
        travels.dispatched -= each.quantity
        book.shipments.touch(travels)
    _undo_issue(book, cause, [line for line in lines if line.reason is Reason.ISSUED])


def _travelling(book: Book, sent: Transfer) -> Line:
    assert sent.shipment is not None, "what is sent travels in a consignment"
    return book.shipments.line(LineKey(sent.shipment, *sent.target.holding))


def _undo_removal(book: Book, cause: Cause, lines: Sequence[Transfer]) -> None:
    """Put back what a count, a scrap or a change of condition took, and take what it put."""
    _turn_back(book, cause, lines)
    for line in lines:
        if line.target.shelf is Shelf.ON_HAND:
            take(book, _to_hand(cause, line), LossReason.REVERSED)
        else:
            book.post(_to_hand(cause, line))


def _to_hand(cause: Cause, line: Transfer) -> Transfer:
    """Undo a transfer so that what it took from a reservation becomes free stock."""
    back = undone(cause, line, Reason.REVERSED)
    if back.target.shelf is Shelf.RESERVED:
        back = back._replace(target=back.target.on(Shelf.ON_HAND))
    return back


_UNDO: dict[Reason, Callable[[Book, Cause, Sequence[Transfer]], None]] = {
    Reason.RECEIVED: _undo_receipt,
    Reason.ISSUED: _undo_issue,
    Reason.RETURNED: _undo_return,
    Reason.SENT: _undo_sending,
    Reason.COUNTED: _undo_removal,
    Reason.SCRAPPED: _undo_removal,
    Reason.CONDITION_CHANGED: _undo_removal,
}
