"""Ageing: stock moves from A to B to C as its life runs out, and at the end to J or H, by the clock alone.

What is left decides, so that a clock that looks late, twice or from two replicas moves nothing twice. The clock takes a
step back only where a site corrects a day that it had marked itself: who finds goods better than the clock left them,
or has an extendible life inspected, changes their condition himself.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from services.inventory.domain.allocation import lose, take
from services.inventory.domain.book import Book
from services.inventory.domain.course import AGEING, Step, steps_due
from services.inventory.domain.holders import Reservation
from services.inventory.domain.ledger import Cause, Holding, LotKey, Reason, Transfer
from shared.events.stock import LossReason
from shared.types import Condition, Shelf

CLOCK = "clock"


class Ageing(NamedTuple):
    """Goods that are to take a step."""

    goods: Holding
    step: Step


def due(book: Book, lots: Iterable[LotKey]) -> list[Ageing]:
    """List the goods of lots, free or reserved, whose step comes first of all that are due."""
    goods = [Holding(*lot, condition) for lot in lots for condition in AGEING]
    found = [Ageing(each, step) for each in goods if book.stands(each) for step in _steps(book, each)[:1]]
    first = min((each.step.since for each in found), default=None)
    return [each for each in found if each.step.since == first]


def age(book: Book, cause: Cause, goods: Holding, becomes: Condition) -> None:
    """Move all that stands of goods to another condition: an order keeps what it holds if it accepts that one."""
    free, target = book.balance(goods.on(Shelf.ON_HAND)), goods._replace(condition=becomes)
    if free:
        book.post(Transfer(cause, goods.on(Shelf.ON_HAND), target.on(Shelf.ON_HAND), free, Reason.AGED))
    loss = LossReason.EXPIRED if book.expired(goods.lot_key) else LossReason.CONDITION_CHANGED
    for demand, held in book.demands.holders(goods):
        shelf = Shelf.RESERVED if becomes in demand.conditions else Shelf.ON_HAND
        moved = Transfer(cause, goods.on(Shelf.RESERVED), target.on(shelf), held, Reason.AGED, order=demand.order)
        if shelf is Shelf.ON_HAND:
            lose(book, moved, demand.order, loss)
        else:
            book.post(moved)
            book.demands.hold(Reservation(demand.order, goods), -held)
            book.demands.hold(Reservation(demand.order, target), held)


def laid(book: Book) -> set[LotKey]:
    """List the lots that have a last day and of which this work has put something on hand, or said another day."""
    put = {
        each.target.lot_key
        for each in book.transfers
        if each.target.shelf is Shelf.ON_HAND and each.target.condition in AGEING and each.reason is not Reason.AGED
    }
    return {lot for lot in put | book.lives.remarked() if book.expires_on(lot)}


def take_back(book: Book, cause: Cause, moved: Mapping[Holding, int]) -> None:
    """Move back what the clock has moved, free, by a day that its site has corrected since, and would not any more.

    `moved` is what it has moved to where goods are in a condition, on balance, before this work.
    """
    for goods, before in sorted(moved.items()):
        first = goods._replace(condition=AGEING[0])
        quantity = min(before + _moved_to(book, goods), book.balance(goods.on(Shelf.ON_HAND)))
        if quantity > 0 and goods.condition is not first.condition and goods not in later(book, first):
            back, target = goods.on(Shelf.ON_HAND), first.on(Shelf.ON_HAND)
            book.post(Transfer(cause, back, target, quantity, Reason.AGED))


def settle_in(book: Book, cause: Cause, lots: Iterable[LotKey]) -> None:
    """Put free goods in the condition that their life left asks for, at once, before they are given out."""
    for goods in (Holding(*lot, condition) for lot in sorted(lots) for condition in AGEING):
        free = book.balance(goods.on(Shelf.ON_HAND))
        steps = _steps(book, goods) if free else []
        if steps:
            target = goods._replace(condition=steps[-1].becomes).on(Shelf.ON_HAND)
            book.post(Transfer(cause, goods.on(Shelf.ON_HAND), target, free, Reason.AGED))


def later(book: Book, goods: Holding) -> list[Holding]:
    """List where the clock has moved goods since they were put in a condition, the nearest first."""
    return [goods._replace(condition=step.becomes) for step in _steps(book, goods)]


def turn_back(book: Book, cause: Cause, goods: Holding, quantity: int) -> None:
    """Take what a condition lacks of so much back to it, from where the clock has moved it since."""
    lacking = quantity - book.stands(goods)
    for each in later(book, goods):
        back = min(lacking, book.stands(each))
        if back > 0:
            source, target = each.on(Shelf.ON_HAND), goods.on(Shelf.ON_HAND)
            take(book, Transfer(cause, source, target, back, Reason.AGED), LossReason.REVERSED)
            lacking -= back


def _moved_to(book: Book, goods: Holding) -> int:
    aged = [each for each in book.transfers if each.reason is Reason.AGED]
    return sum(each.quantity * ((each.target.holding == goods) - (each.source.holding == goods)) for each in aged)


def _steps(book: Book, goods: Holding) -> list[Step]:
    last = book.expires_on(goods.lot_key)
    if last is None or goods.condition not in AGEING:
        return []
    return steps_due(last, book.life(goods.stock), goods.condition, book.today)
