"""Pre-emption: what a lower band holds and was not issued goes to a demand of a higher band that waits for it.

Bands are those of the time standards (MILSTRIP): priority designators 01-03, 04-08, 09-15. Within a band nobody takes
from anybody. The last in allocation order lose first; one that takes all or nothing loses all it holds, for a part of
it is of no use to it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.inventory.domain.allocation import ALLOCATOR, freshness, offers, reserve, serviceable, suiting, usable
from services.inventory.domain.book import Book
from services.inventory.domain.demand import LAST_BAND, Demand, Turn, band
from services.inventory.domain.holders import Reservation
from services.inventory.domain.ledger import Cause, Holding, Reason, StockKey, Transfer
from shared.events.stock import LossReason
from shared.types import Priority, Shelf


def first_waiting(book: Book, stock: StockKey) -> Priority | None:
    """Name the best priority among the known demands that wait for this stock."""
    return min((demand.priority for demand in book.demands.waiting(stock)), default=None)


def last_holding(book: Book, stock: StockKey) -> Priority | None:
    """Name the last priority among the known demands that hold some of this stock."""
    return max((demand.priority for demand in book.demands.holding(stock)), default=None)


def is_contested(waiting: Iterable[Priority | None], holding: Iterable[Priority | None]) -> bool:
    """Tell whether anybody waits whose band may take from a band that holds something."""
    first = min((band(priority) for priority in waiting if priority is not None), default=LAST_BAND)
    last = max((band(priority) for priority in holding if priority is not None), default=first)
    return first < last


@dataclass(slots=True)
class Contest:
    """The demands of higher bands that wait for one key's stock, read from the store page by page."""

    stock: StockKey
    after: Turn | None = None
    until: Turn | None = None
    is_done: bool = False

    def open(self, book: Book, page: Sequence[Demand], *, is_last: bool) -> int:
        """Take in a page of the store's waiting demands; says how much of rivals' holdings may be needed at most.

        A rival that loses may itself take from a band below, as much as it lost: hence twice what is wanted.
        """
        self.until = None if is_last else page[-1].turn
        for each in page:
            book.demands.load(each)
        return 2 * sum(demand.short for demand in self._waiting(book, self.after))

    def settle(self, book: Book) -> None:
        """Serve the demands of the page in the order of their turns, those that lose on the way included."""
        turn = self.after
        while waiting := self._waiting(book, turn):
            demand = min(waiting, key=lambda each: each.turn)
            pre_empt(book, demand)
            turn = demand.turn
        self.after, self.is_done = self.until, self.until is None

    def _waiting(self, book: Book, after: Turn | None) -> list[Demand]:
        return [
            demand
            for demand in book.demands.waiting(self.stock)
            if band(demand.priority) < LAST_BAND
            and (after is None or demand.turn > after)
            and (self.until is None or demand.turn <= self.until)
        ]


def pre_empt(book: Book, demand: Demand) -> None:
    """Serve a waiting demand from what is free and from what lower bands hold; all or nothing where it says so.

    What is free by now may be what another one gave up: it is given in turn, before those behind may take it.
    """
    free = offers(book, demand.stock)
    there = sum(offer.quantity for offer in suiting(demand, free))
    held = [(rival, suitable) for rival in _rivals(book, demand) if (suitable := _suitable(book, demand, rival))]
    # What another depot holds already is no part of what is protected here.
    lent = sum(sum(suitable.values()) for rival, suitable in held if rival.is_lateral)
    takeable = sum(sum(suitable.values()) for _, suitable in held) - lent
    good = sum(offer.quantity for offer in serviceable(free)) + takeable
    kept_here = book.minimums.within_reach(demand, there + takeable, good=good)
    within_reach = kept_here + lent
    if not within_reach or (demand.short > within_reach and not demand.partial):
        return
    missing = min(demand.short, within_reach) - min(there, kept_here)
    rivals = iter(held)
    while missing > 0:
        rival, suitable = next(rivals)
        taken = _up_to(missing, suitable) if rival.partial else book.demands.held_by(rival.order)
        _give_up(book, rival, taken, winner=demand)
        missing -= sum(quantity for goods, quantity in taken.items() if goods in suitable)
    reserve(book, demand, suiting(demand, offers(book, demand.stock)), at_most=within_reach)


def _rivals(book: Book, demand: Demand) -> list[Demand]:
    """List who holds something of a lower band, the last in turn first; another depot takes from others before that."""
    holding = book.demands.holding(demand.stock)
    below = [rival for rival in holding if band(rival.priority) > band(demand.priority)]
    last_first = sorted(below, key=lambda rival: rival.turn, reverse=True)
    return sorted(last_first, key=lambda rival: demand.is_lateral and not rival.is_lateral)


def _suitable(book: Book, demand: Demand, rival: Demand) -> dict[Holding, int]:
    held = book.demands.held_by(rival.order)
    good = [each for each in held if held[each] and _is_good(book, demand, each)]
    return {each: held[each] for each in sorted(good, key=lambda each: freshness(book, each))}


def _is_good(book: Book, demand: Demand, goods: Holding) -> bool:
    return demand.accepts(goods.condition, book.gates.reference(goods.lot_key)) and usable(book, goods)


def _up_to(quantity: int, held: dict[Holding, int]) -> dict[Holding, int]:
    taken: dict[Holding, int] = {}
    for goods, there in held.items():
        taken[goods] = min(there, quantity - sum(taken.values()))
    return taken


def _give_up(book: Book, rival: Demand, taken: dict[Holding, int], *, winner: Demand) -> None:
    """Put what a rival holds back on hand, and tell it who gets it."""
    given = {goods: quantity for goods, quantity in taken.items() if quantity}
    lost = rival.lose(sum(given.values()), LossReason.PRE_EMPTED, winner=winner.order)
    cause = Cause(book.demands.keep(*lost), book.now, ALLOCATOR)
    for goods, quantity in given.items():
        reserved, on_hand = goods.on(Shelf.RESERVED), goods.on(Shelf.ON_HAND)
        book.post(Transfer(cause, reserved, on_hand, quantity, Reason.PRE_EMPTED, order=rival.order))
        book.demands.hold(Reservation(rival.order, goods), -quantity)
