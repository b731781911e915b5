"""Counts: what was found on a shelf against what the book said at that moment, whatever moved since."""

from collections.abc import Iterable
from typing import NamedTuple

from services.inventory.domain.allocation import take
from services.inventory.domain.book import Book
from services.inventory.domain.ledger import Cause, Holding, Reason, Transfer
from shared.errors import Refusal
from shared.events.stock import LossReason
from shared.types import EventId, Shelf


class Counted(NamedTuple):
    """A count as it was posted: what it found, and the version of the stock at which it was taken."""

    cause: EventId
    goods: Holding
    version: int
    counted: int


class CountSuperseded(Refusal):
    """The shelf has been counted at a later version since: that count holds."""


class CountContradicted(Refusal):
    """More has left the shelf since than the count found; count again."""


class CountVersionUnknown(Refusal):
    """The stock has not reached the version that the count names."""


def check_latest(book: Book, counts: Iterable[Counted], goods: Holding, version: int) -> None:
    """Refuse a count taken before one that has been posted already; a count that was undone is none."""
    later = [each for each in counts if each.goods == goods and each.version > version]
    standing = [each for each in later if not book.is_undone(each.cause)]
    if standing:
        newest = max(standing, key=lambda each: each.version)
        raise CountSuperseded(counted_at=version, superseded_by=newest.cause, taken_at=newest.version)


def adjustment(book: Book, goods: Holding, *, counted: int, moved_before: int) -> int:
    """Say by how much a count corrects the book.

    `moved_before` is what came and went after the counted version and before this book was opened. Corrections by
    other counts are no movements of goods: two counts at one version correct the book once, and one taken earlier and
    posted later than it could be seen is part of the book that this one corrects.
    """
    return counted - (book.stands(goods) - moved_before - _moved(book, goods))


def correct(book: Book, cause: Cause, goods: Holding, change: int) -> None:
    """Correct what the book says of a shelf."""
    on_hand, adjusted = goods.on(Shelf.ON_HAND), goods.on(Shelf.ADJUSTED)
    if change > 0:
        book.post(Transfer(cause, adjusted, on_hand, change, Reason.COUNTED))
    elif change < 0:
        available = book.stands(goods)
        if available < -change:
            raise CountContradicted(adjustment=change, available=available)
        take(book, Transfer(cause, on_hand, adjusted, -change, Reason.COUNTED), LossReason.COUNTED)


def _moved(book: Book, goods: Holding) -> int:
    shelves = {goods.on(Shelf.ON_HAND), goods.on(Shelf.RESERVED)}
    return sum(
        each.quantity * ((each.target in shelves) - (each.source in shelves))
        for each in book.transfers
        if Shelf.ADJUSTED not in (each.source.shelf, each.target.shelf)
    )
