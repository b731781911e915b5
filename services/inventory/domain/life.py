"""Shelf life: the last day of each lot, as its maker told it for all, or as a site marked it for itself.

What the maker tells is the lot's whole state and holds everywhere. A mark is what a site read off its own goods: it
holds there alone, until the maker tells, another mark follows or the slip behind it is reversed. An extension is a
mark that a site makes after it has inspected an extendible life: it holds there beyond what the maker has told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from services.inventory.domain.ledger import LotKey
from shared.errors import Kind, Refusal
from shared.events.catalogue import LifeType
from shared.types import EventId, LotId, PartId


class ExpiryToldByMaker(Refusal):
    """The lot's maker has told its last day: only the maker changes it."""

    field = "expires_on"


class LotNotHere(Refusal):
    """The site has had nothing of this lot."""

    field = "lot"


class LifeOver(Refusal):
    """The lot's life is over: an extendible one goes on with a new inspect-by day, a definite one never."""

    field = "lot"


class LifeNotExtendible(Refusal):
    """Only an extendible shelf life, type II in the part's record, is extended after inspection."""

    kind = Kind.INVALID
    field = "inspect_by"


class ExtensionTooShort(Refusal):
    """A new inspect-by day lies after today, and after the last day of the life that it extends."""

    kind = Kind.INVALID
    field = "inspect_by"


class Mark(NamedTuple):
    """The last day that a slip says of a lot at its site; none takes an earlier mark back."""

    cause: EventId
    expires_on: date | None
    extends: bool = False
    """Whether the goods were inspected, so that the day holds beyond what their maker has told."""


@dataclass(slots=True)
class Lives:
    """The last days of the lots that a batch looks at."""

    _told: dict[tuple[PartId, LotId], date | None] = field(default_factory=dict)
    _marks: dict[LotKey, list[Mark]] = field(default_factory=dict)
    _changed: set[tuple[PartId, LotId]] = field(default_factory=set)
    _new: list[tuple[LotKey, Mark]] = field(default_factory=list)
    _withdrawn: set[EventId] = field(default_factory=set)
    _remarked: set[LotKey] = field(default_factory=set)

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
        told, mark = self.told(lot), self._last_mark(lot)
        if mark is None or mark.expires_on is None:
            return told
        if mark.extends:
            return max(told or mark.expires_on, mark.expires_on)
        return mark.expires_on if told is None else told

    def told(self, lot: LotKey) -> date | None:
        """Say the last day that the lot's maker has told, if it has."""
        return self._told.get((lot.part, lot.lot))

    def marked(self, lot: LotKey) -> date | None:
        """Say the last day that the site has marked, if it has."""
        mark = self._last_mark(lot)
        return None if mark is None else mark.expires_on

    def is_extended(self, lot: LotKey) -> bool:
        """Tell whether the site has extended the lot's life, or received it so."""
        mark = self._last_mark(lot)
        return mark is not None and mark.extends

    # ---- what may be decided

    def tell(self, part: PartId, lot: LotId, last: date | None) -> None:
        """Keep what a lot's maker says of it now; it holds at every site."""
        if self._told.get((part, lot)) != last:
            self._told[part, lot] = last
            self._changed.add((part, lot))

    def mark(self, lot: LotKey, cause: EventId, last: date | None, *, extends: bool = False) -> None:
        """Keep what a site says of a lot of its own."""
        mark = Mark(cause, last, extends)
        self._marks.setdefault(lot, []).append(mark)
        self._new.append((lot, mark))
        self._remarked.add(lot)

    def withdraw(self, cause: EventId) -> None:
        """Forget what a slip has marked."""
        self._withdrawn.add(cause)
        for lot, marks in self._marks.items():
            left = [mark for mark in marks if mark.cause != cause]
            if len(left) < len(marks):
                self._remarked.add(lot)
            marks[:] = left

    # ---- what is to be written

    def changed(self) -> Mapping[tuple[PartId, LotId], date | None]:
        """Give what makers say otherwise now, in order of part and lot."""
        return {lot: self._told[lot] for lot in sorted(self._changed)}

    def new(self) -> Sequence[tuple[LotKey, Mark]]:
        """Give the marks made, in the order made."""
        return [(lot, mark) for lot, mark in self._new if mark.cause not in self._withdrawn]

    def remarked(self) -> set[LotKey]:
        """List the lots of which a site says another day than it has said before."""
        return set(self._remarked)

    def withdrawn(self) -> list[EventId]:
        """List the slips whose marks are gone."""
        return sorted(self._withdrawn)

    def _last_mark(self, lot: LotKey) -> Mark | None:
        marks = self._marks.get(lot)
        return marks[-1] if marks else None


def check_extension(life_type: LifeType | None, last: date | None, inspect_by: date, today: date) -> None:
    """Refuse an inspect-by day for a life that is not extendible, or one that extends nothing."""
    if life_type is not LifeType.EXTENDIBLE:
        raise LifeNotExtendible(inspect_by=inspect_by, shelf_life_type=life_type and life_type.value)
    if inspect_by <= max(today, last or today):
        raise ExtensionTooShort(inspect_by=inspect_by, today=today, last_day=last)
