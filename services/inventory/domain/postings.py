"""What is told of the ledger: the halves of every transfer, by the site and part on whose shelves they lie."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from services.inventory.domain.book import Book
from services.inventory.domain.ledger import Account, StockKey, Transfer
from shared.events.stock import Posting, StockMoved
from shared.types import EventId


class Posted(NamedTuple):
    """A transfer with its line within its cause, from 1, and the versions of the stock at both its ends."""

    line: int
    transfer: Transfer
    source_version: int
    target_version: int


class Moved(NamedTuple):
    """A fact that tells what moved under one key, with its number."""

    version: int
    fact: StockMoved


@dataclass(slots=True)
class Record:
    """Everything that a book's transfers say: numbered, told by key, and the versions that the keys now have."""

    transfers: list[Posted] = field(default_factory=list)
    facts: list[Moved] = field(default_factory=list)
    versions: dict[StockKey, int] = field(default_factory=dict)


def record(book: Book, versions: Mapping[StockKey, int], *, postings_max: int) -> Record:
    """Number a book's transfers and tell them, from the versions at which their stock was locked."""
    lines: dict[EventId, int] = {}
    pages: dict[StockKey, list[list[Posting]]] = {}
    made = Record()

    def post(transfer: Transfer, line: int, account: Account, change: int) -> int:
        told = pages.setdefault(account.stock, [[]])
        if len(told[-1]) == postings_max:
            told.append([])
        told[-1].append(_posting(book, transfer, account, (line, change)))
        return versions[account.stock] + len(told)

    for transfer in book.transfers:
        line = lines[transfer.cause.id] = lines.get(transfer.cause.id, 0) + 1
        source_version = post(transfer, line, transfer.source, -transfer.quantity)
        target_version = post(transfer, line, transfer.target, transfer.quantity)
        made.transfers.append(Posted(line, transfer, source_version, target_version))
    for key, told in pages.items():
        made.versions[key] = versions[key] + len(told)
        for number, postings in enumerate(told, start=1):
            fact = StockMoved(site=key.site, part=key.part, postings=postings)
            made.facts.append(Moved(versions[key] + number, fact))
    return made


def _posting(book: Book, transfer: Transfer, account: Account, half: tuple[int, int]) -> Posting:
    line, change = half
    return Posting(
        cause=transfer.cause.id,
        line=line,
        reason=transfer.reason,
        lot=account.lot,
        condition=account.condition,
        shelf=account.shelf,
        change=change,
        balance=book.balance(account) if account.shelf.is_real else None,
        order=transfer.order,
        shipment=transfer.shipment,
    )
