"""What factories at home took over from imports: a part that comes less from abroad, and is made at home instead.

Of each part, in a period and in the one of the same length before it:

    fewer      = max(0, imported before - imported now)
    taken over = min(fewer, made at home now)

Imported and made at home count what was dispatched to the nation's depots. What several factories at home took over of
a part together is shared out by what each of them dispatched, rounded down.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.types import PartId, SiteId


@dataclass(frozen=True, slots=True)
class Supplied:
    """What one maker dispatched of a part to the nation's depots, in a period and in the one before."""

    part: PartId
    maker: SiteId
    abroad: bool
    now: int
    before: int


@dataclass(frozen=True, slots=True)
class Takeover:
    """What a factory at home made of a part, and took over from imports."""

    part: PartId
    factory: SiteId
    dispatched: int
    dispatched_before: int
    imported: int
    imported_before: int
    taken_over: int


def takeovers(supplied: Iterable[Supplied]) -> list[Takeover]:
    """Say what each factory at home took over of each part, by part and factory."""
    by_part: dict[PartId, list[Supplied]] = {}
    for each in supplied:
        by_part.setdefault(each.part, []).append(each)
    return [one for part in sorted(by_part) for one in _of_part(by_part[part])]


def _of_part(supplied: Sequence[Supplied]) -> Iterable[Takeover]:
    home = sorted((each for each in supplied if not each.abroad), key=lambda each: each.maker)
    made = sum(each.now for each in home)
    imported = sum(each.now for each in supplied if each.abroad)
    before = sum(each.before for each in supplied if each.abroad)
    taken = min(max(0, before - imported), made)
    for each in home:
        yield Takeover(
            part=each.part,
            factory=each.maker,
            dispatched=each.now,
            dispatched_before=each.before,
            imported=imported,
            imported_before=before,
            taken_over=taken * each.now // made if made else 0,
        )
