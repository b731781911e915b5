"""Why an order stands as it does: facts in, sentences out.

Why it has so much, why from there, why not earlier: each answer is a list of reasons with its figures and a sentence.
Everything is taken from what orders has recorded; the same record gives the same sentences.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from services.orders.domain.loss import Loss
from services.orders.domain.order import Order
from services.orders.domain.promise import NO_SOURCE, Promise
from shared.events.stock import LossReason
from shared.types import OrderId, SiteId


class ReasonKind(StrEnum):
    """What a reason speaks of."""

    UNANSWERED = "unanswered"
    """Inventory has not said yet what it can give."""
    WANTED_LESS = "wanted-less"
    """Less is wanted than was ordered."""
    RESERVED = "reserved"
    """It is held for the order in stock."""
    ISSUED = "issued"
    """It was handed out."""
    CANCELLED = "cancelled"
    """It is no longer wanted, as inventory has confirmed."""
    SOURCED = "sourced"
    """A source is to make it, or somebody was asked to."""
    OPEN = "open"
    """It has neither stock nor source."""
    LOST = "lost"
    """It was taken from the reservation."""
    LOST_ON_THE_ROAD = "lost-on-the-road"
    """It was made for the order and given up on its way."""
    FROM_STOCK = "from-stock"
    """No source is needed."""
    OVERRIDDEN = "overridden"
    """Somebody has named the source in spite of what it lacks."""
    HURRIED = "hurried"
    """Somebody has asked the source for an earlier day."""
    SPLIT = "split"
    """Somebody has given a second source a share."""
    LATERAL = "lateral"
    """Somebody has asked another depot to ship."""
    REFUSED = "refused"
    """The source has said no."""
    NO_SOURCE = "no-source"
    """Nobody is known to make the part."""
    PROMISED = "promised"
    """The day that was promised, and why that day."""
    NOT_PROMISED = "not-promised"
    """There is no day."""
    OVERDUE = "overdue"
    """The day that was promised has passed, and something is still to come."""
    MOVED = "moved"
    """The promise has moved."""
    EXCLUDED = "excluded"
    """A source that may not be asked, and what it lacks."""
    OUTWEIGHED = "outweighed"
    """A source that would be earlier, and has more points."""
    OFFERED = "offered"
    """The source makes less than it was asked for, or on another day."""
    KIT_MISSING = "kit-missing"
    """The source waits for a kit."""
    IN_PROGRESS = "in-progress"
    """What becomes of pieces that were in work when they were asked back."""
    LEARNED = "learned"
    """What a source's deliveries say of the lead time that it states."""
    TAKEN_BACK = "taken-back"
    """It was asked back because the source had slipped and others were sooner."""
    NO_CAPACITY = "no-capacity"
    """A source that would be earlier if it had not so much to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason, with its figures, in plain words."""

    kind: ReasonKind
    text: str
    quantity: int | None = None
    day: date | None = None
    site: SiteId | None = None
    order: OrderId | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken from the reservation on a day."""

    loss: Loss
    on: date


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise as it was made on a day; a promise of no day withdraws the one before."""

    promise: Promise
    on: date


_WHY_LOST = {
    LossReason.COUNTED: "a count found less",
    LossReason.SCRAPPED: "it was scrapped",
    LossReason.CONDITION_CHANGED: "its condition has changed",
    LossReason.TRANSFERRED: "it was sent elsewhere",
    LossReason.REVERSED: "what had brought it was reversed",
    LossReason.EXPIRED: "its shelf life is over",
}


def why_this_much(order: Order, taken: Sequence[Taken]) -> list[Reason]:
    """Say what has become of the quantity, and what was taken from it on the way."""
    return [*_totals(order), *map(_lost, taken)]


def why_not_promised_earlier(order: Order, promised: Sequence[Promised]) -> list[Reason]:
    """Say what is promised, why that day, and how the promise has moved to it, oldest first."""
    return [_standing(order), *_overdue(order), *_moves(promised)]


def _totals(order: Order) -> Iterator[Reason]:
    demand = order.demand
    if not demand.heard:
        text = f"{order.site} has not answered yet what it can give of {order.quantity}"
        yield Reason(kind=ReasonKind.UNANSWERED, quantity=order.quantity, site=order.site, text=text)
        return
    if order.ceiling < order.quantity - demand.cancelled:
        text = f"only {order.ceiling} of {order.quantity} are wanted; the answer to that is on its way"
        yield Reason(kind=ReasonKind.WANTED_LESS, quantity=order.ceiling, text=text)
    figures = (
        (ReasonKind.ISSUED, demand.issued, "were issued"),
        (ReasonKind.RESERVED, demand.reserved, f"are held for it at {order.site}"),
        (ReasonKind.SOURCED, order.sourced, "are to be made for it"),
        (ReasonKind.OPEN, order.open, "have neither stock nor source"),
        (ReasonKind.CANCELLED, demand.cancelled, "are no longer wanted"),
        (ReasonKind.LOST_ON_THE_ROAD, demand.lost, "were made for it and lost on the road"),
    )
    for kind, quantity, words in figures:
        if quantity > 0:
            yield Reason(kind=kind, quantity=quantity, text=f"{quantity} of {order.quantity} {words}")


def _lost(taken: Taken) -> Reason:
    loss = taken.loss
    text = f"{loss.taken} were taken from what was held: {_why(loss)}"
    return Reason(kind=ReasonKind.LOST, quantity=loss.taken, day=taken.on, order=loss.winner, text=text)


def _why(loss: Loss) -> str:
    if loss.gate is not None:
        return f"the gate {loss.gate.value} has closed on it"
    if loss.unaccepted:
        return "it is of a reference that the order does not accept"
    if loss.reason is LossReason.PRE_EMPTED:
        return f"{loss.winner or 'another order'}, of a higher band, needed it"
    return _WHY_LOST[loss.reason]


def _standing(order: Order) -> Reason:
    promise = order.promise
    if promise is None or promise.promised_for is None:
        return Reason(kind=ReasonKind.NOT_PROMISED, text=f"no day is promised: {_why_none(order)}")
    text = f"promised for {promise.promised_for}: {promise.reason}"
    return Reason(kind=ReasonKind.PROMISED, day=promise.promised_for, text=text)


def _overdue(order: Order) -> Iterator[Reason]:
    if order.is_overdue and order.promise is not None:
        day = order.promise.promised_for
        text = f"the day promised, {day}, has passed, and {order.need} of {order.quantity} are still to come"
        yield Reason(kind=ReasonKind.OVERDUE, quantity=order.need, day=day, text=text)


def _why_none(order: Order) -> str:
    if not order.demand.heard:
        return f"{order.site} has not answered yet"
    return NO_SOURCE if order.open else "nothing is to come any more"


def _moves(promised: Sequence[Promised]) -> Iterator[Reason]:
    for before, after in pairwise(promised):
        old, new = before.promise.promised_for, after.promise.promised_for
        if new == old:
            continue
        text = f"on {after.on} it moved from {old or 'no day'} to {new or 'no day'}{_by(old, new)}: "
        yield Reason(kind=ReasonKind.MOVED, day=new, text=text + after.promise.reason)


def _by(old: date | None, new: date | None) -> str:
    if old is None or new is None:
        return ""
    days = (new - old).days
    return f", {abs(days)} days {'later' if days > 0 else 'earlier'}"
