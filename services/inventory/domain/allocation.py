"""Allocation: which free stock goes to which waiting demand, and who gives up what is gone.

First expired first out, the short-lived before the rest, serviceable conditions only; what is suspended but for
emergency use comes last, for who is allowed it. Demand is served by priority
designator, then day of need, then age; one that takes all or nothing does not hold up those behind it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.inventory.domain.book import Book
from services.inventory.domain.demand import Demand, Turn
from services.inventory.domain.holders import Reservation
from services.inventory.domain.ledger import BY_OVERRIDE, GIVEN, ISSUABLE, Cause, Holding, Reason, StockKey, Transfer
from shared.events.stock import Gate, LossReason
from shared.types import Condition, LotId, OrderId, ReferenceKey, Shelf

ALLOCATOR = "inventory"
_LIFE_LEFT = {Condition.C: 0, Condition.B: 1, Condition.A: 2}


@dataclass(frozen=True, slots=True, order=True)
class Freshness:
    """A lot's place in the order of issue; the lowest goes first."""

    is_by_override: bool
    expires_on: date
    life_left: int
    lot: LotId


@dataclass(slots=True)
class Offer:
    """Free stock of one lot in one condition that may be reserved."""

    holding: Holding
    quantity: int
    reference: ReferenceKey | None = None
    """What the lot was made as, where that is known."""


def freshness(book: Book, holding: Holding) -> Freshness:
    """Say when a lot's turn comes to be issued."""
    expires_on = book.expires_on(holding.lot_key) or date.max
    is_last = holding.condition is BY_OVERRIDE
    return Freshness(is_last, expires_on, _LIFE_LEFT.get(holding.condition, len(_LIFE_LEFT)), holding.lot)


def usable(book: Book, holding: Holding) -> bool:
    """Tell whether stock may be reserved and issued to who accepts it: alive, and held back by no gate."""
    lot = holding.lot_key
    return holding.condition in GIVEN and not book.expired(lot) and book.gates.closed(lot) is None


def offers(book: Book, stock: StockKey) -> list[Offer]:
    """List the free stock of a key that may be reserved, in the order of issue."""
    free = [
        Offer(holding, quantity, book.gates.reference(holding.lot_key))
        for holding, quantity in book.free(stock).items()
        if usable(book, holding)
    ]
    return sorted(free, key=lambda offer: freshness(book, offer.holding))


def allocate(book: Book, stock: Sequence[Offer], waiting: Iterable[Demand]) -> None:
    """Reserve free stock for waiting demands, which come in the order of their turns."""
    for demand in waiting:
        suitable = [offer for offer in suiting(demand, stock) if offer.quantity]
        there = book.minimums.within_reach(
            demand, sum(offer.quantity for offer in suitable), good=sum(offer.quantity for offer in serviceable(stock))
        )
        if there >= demand.short or (demand.partial and there):
            reserve(book, demand, suitable, at_most=there)


def serviceable(stock: Iterable[Offer]) -> list[Offer]:
    """List what of free stock may be issued without an override."""
    return [offer for offer in stock if offer.holding.condition in ISSUABLE]


def suiting(demand: Demand, stock: Iterable[Offer]) -> list[Offer]:
    """List what of free stock a demand accepts: by its condition, and by what it was made as."""
    return [offer for offer in stock if demand.accepts(offer.holding.condition, offer.reference)]


def reserve(book: Book, demand: Demand, suitable: Sequence[Offer], *, at_most: int) -> None:
    """Hold what a demand waits for out of these offers, in their order, as far as they reach."""
    wanted = min(demand.short, at_most)
    cause = Cause(book.demands.keep(*demand.reserve(wanted)), book.now, ALLOCATOR)
    for offer in suitable:
        quantity = min(wanted, offer.quantity)
        if quantity:
            on_hand, reserved = offer.holding.on(Shelf.ON_HAND), offer.holding.on(Shelf.RESERVED)
            book.post(Transfer(cause, on_hand, reserved, quantity, Reason.RESERVED, order=demand.order))
            book.demands.hold(Reservation(demand.order, offer.holding), quantity)
            offer.quantity -= quantity
            wanted -= quantity


def release(book: Book, cause: Cause, order: OrderId, quantity: int) -> None:
    """Put what an order no longer holds back on hand, the longest-lived first."""
    held = book.demands.held_by(order)
    for holding in sorted(held, key=lambda each: freshness(book, each), reverse=True):
        freed = min(quantity, held[holding])
        if freed:
            reserved, on_hand = holding.on(Shelf.RESERVED), holding.on(Shelf.ON_HAND)
            book.post(Transfer(cause, reserved, on_hand, freed, Reason.RELEASED, order=order))
            book.demands.hold(Reservation(order, holding), -freed)
            quantity -= freed
    assert quantity == 0, "what is released was held"


def take(book: Book, transfer: Transfer, loss: LossReason) -> None:
    """Take stock off the shelf that the transfer names as on hand: what is free first, then what the last in turn hold.

    The caller has made sure that so much is there, and that its holders are loaded.
    """
    on_hand, left = transfer.source, transfer.quantity
    free = min(left, book.balance(on_hand))
    if free:
        book.post(transfer._replace(quantity=free))
    left -= free
    for demand, held in book.demands.holders(on_hand.holding) if left else ():
        lost = min(left, held)
        if lost:
            lose(book, transfer._replace(source=on_hand.on(Shelf.RESERVED), quantity=lost), demand.order, loss)
            left -= lost
    assert left == 0, "what is taken was there"


def lose(
    book: Book,
    transfer: Transfer,
    order: OrderId,
    loss: LossReason,
    *,
    gate: Gate | None = None,
    unaccepted: bool = False,
) -> None:
    """Take stock off the reserved shelf from one order, and tell it."""
    book.post(transfer if transfer.order else transfer._replace(order=order))
    book.demands.hold(Reservation(order, transfer.source.holding), -transfer.quantity)
    book.demands.keep(*book.demands.get(order).lose(transfer.quantity, loss, gate=gate, unaccepted=unaccepted))


@dataclass(slots=True)
class Queue:
    """The demands that wait for one key's free stock, read from the store page by page and merged with what is new."""

    stock: StockKey
    offers: list[Offer]
    after: Turn | None = None
    is_done: bool = False

    @property
    def quantity(self) -> int:
        """Say how much is left to give."""
        return sum(offer.quantity for offer in self.offers)

    @property
    def conditions(self) -> list[Condition]:
        """List the conditions in which something is left."""
        return sorted({offer.holding.condition for offer in self.offers if offer.quantity})

    @property
    def references(self) -> list[ReferenceKey]:
        """List the references of which something is left, as far as they are known."""
        return sorted({offer.reference for offer in self.offers if offer.quantity and offer.reference})

    def serve(self, book: Book, page: Sequence[Demand], *, is_last: bool) -> None:
        """Serve a page of the store's demands, together with the known ones whose turn comes within it."""
        until = None if is_last else page[-1].turn
        for each in page:
            book.demands.load(each)
        waiting = [each for each in book.demands.waiting(self.stock) if self._within(each.turn, until)]
        allocate(book, self.offers, sorted(waiting, key=lambda demand: demand.turn))
        self.after = until
        self.is_done = is_last or self.quantity == 0

    def _within(self, turn: Turn, until: Turn | None) -> bool:
        return (self.after is None or turn > self.after) and (until is None or turn <= until)
