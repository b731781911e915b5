"""Shelf life: the last day of each lot, as its maker told it for all, or as a site marked it for itself.

What the maker tells is the lot's whole state and holds everywhere. A mark is what a site read off its own goods: it
holds there alone, until the maker tells, another mark follows or the slip behind it is reversed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from services.inventory.domain.ledger import LotKey
from shared.errors import Refusal
from shared.types import EventId, LotId, PartId


class ExpiryToldByMaker(Refusal):
    """The lot's maker has told its last day: only the maker changes it."""


class LotNotHere(Refusal):
    """The site has had nothing of this lot."""


class Mark(NamedTuple):
    """The last day that a slip says of a lot at its site; none takes an earlier mark back."""

    cause: EventId
    expires_on: date | None


@dataclass(slots=True)
class Lives:
    """The last days of the lots that a batch looks at."""

    _told: dict[tuple[PartId, LotId], date | None] = field(default_factory=dict)
    _marks: dict[LotKey, list[Mark]] = field(default_factory=dict)
    _changed: set[tuple[PartId, LotId]] = field(default_factory=set)
    _new: list[tuple[LotKey, Mark]] = field(default_factory=list)
    _withdrawn: set[EventId] = field(default_factory=set)

    # ---- what the store found

    def load_told(self, part: PartId, lot: LotId, last: date) -> None:
        """Take in what a lot's maker has told, unless it is known and may have changed since."""
        self._told.setdefault((part, lot), last)

    def load_marks(self, lot: LotKey, marks: Iterable[Mark]) -> None:
        """Take in a site's marks of a lot, oldest first, unless they are known and may have changed since."""
        self._marks.setdefault(lot, list(marks))

    # ---- what may be asked

    def expires_on(self, lot: LotKey) -> date | None:
        """Say the last day of a lot at a site, if it has one."""
        told = self.told(lot)
        return self.marked(lot) if told is None else told

    def told(self, lot: LotKey) -> date | None:
        """Say the last day that the lot's maker has told, if it has."""
        return self._told.get((lot.part, lot.lot))

    def marked(self, lot: LotKey) -> date | None:
        """Say the last day that the site has marked, if it has."""
        marks = self._marks.get(lot)
        return marks[-1].expires_on if marks else None

    # ---- what may be decided

    def tell(self, part: PartId, lot: LotId, last: date | None) -> None:
        """Keep what a lot's maker says of it now; it holds at every site."""
        if self._told.get((part, lot)) != last:
            self._told[part, lot] = last
            self._changed.add((part, lot))

    def mark(self, lot: LotKey, cause: EventId, last: date | None) -> None:
        """Keep what a site says of a lot of its own."""
        mark = Mark(cause, last)
        self._marks.setdefault(lot, []).append(mark)
        self._new.append((lot, mark))

    def withdraw(self, cause: EventId) -> None:
        """Forget what a slip has marked."""
        self._withdrawn.add(cause)
        for marks in self._marks.values():
            marks[:] = [mark for mark in marks if mark.cause != cause]

    # ---- what is to be written

    def changed(self) -> Mapping[tuple[PartId, LotId], date | None]:
        """Give what makers say otherwise now, in order of part and lot."""
        return {lot: self._told[lot] for lot in sorted(self._changed)}

    def new(self) -> Sequence[tuple[LotKey, Mark]]:
        """Give the marks made, in the order made."""
        return [(lot, mark) for lot, mark in self._new if mark.cause not in self._withdrawn]

    def withdrawn(self) -> list[EventId]:
        """List the slips whose marks are gone."""
        return sorted(self._withdrawn)
