"""Which references of a part an order accepts: those that it names and, where it says so, what may replace them.

What may replace what is the catalogue's word on the day on which it is asked. A one-way reference may replace those
that it names, and what these may replace; one that names none may replace all that are two-way, as a two-way one may.
Nothing else replaces a one-way reference. A substitute must be approved by that day; who names a reference needs no
approval for it, as who names none needs none either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.errors import Kind, Refusal
from shared.events.catalogue import Interchange, MakerReference
from shared.events.production import Reference
from shared.events.references import reference_key
from shared.types import PartId, ReferenceKey


class ReferenceUnknown(Refusal):
    """The catalogue has no such reference of the part: name one that it has, or none for any."""

    kind = Kind.INVALID
    field = "references"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The references that somebody names, and whether what may replace them is accepted, too."""

    references: Sequence[Reference] = ()
    substitutes: bool = False


def accepted(
    part: PartId, catalogue: Sequence[MakerReference], wanted: Wanted, today: date
) -> tuple[ReferenceKey, ...]:
    """List what an order accepts, in order of the names; nothing where it names nothing, and so accepts anything."""
    known = {_key(each): each for each in catalogue}
    named = {reference_key(each) for each in wanted.references}
    if unknown := sorted(named - known.keys()):
        raise ReferenceUnknown(part=part, references=", ".join(unknown), known=", ".join(sorted(known)))
    if not wanted.substitutes:
        return tuple(sorted(named))
    approved = [key for key, each in known.items() if each.approved_on is not None and each.approved_on <= today]
    return tuple(sorted(named | {key for key in approved if not named.isdisjoint(_replaced(key, known))}))


def made_by(cage: str | None, references: Sequence[MakerReference]) -> frozenset[ReferenceKey]:
    """List the references of a part that a maker of this code makes; nothing is known of one without a code."""
    return frozenset(_key(each) for each in references if each.maker == cage)


def _replaced(key: ReferenceKey, known: Mapping[ReferenceKey, MakerReference]) -> set[ReferenceKey]:
    """List what a reference may replace, directly or through what it replaces."""
    found: set[ReferenceKey] = set()
    ways = [key]
    while ways:
        each = known[ways.pop()]
        named = [reference_key(reference) for reference in each.replaces]
        new = set(named or _two_way(known)) & known.keys() - found
        found |= new
        ways += new
    return found


def _two_way(known: Mapping[ReferenceKey, MakerReference]) -> list[ReferenceKey]:
    return [key for key, each in known.items() if each.interchange is Interchange.TWO_WAY]


def _key(reference: MakerReference) -> ReferenceKey:
    return reference_key(Reference(maker=reference.maker, number=reference.number, revision=reference.revision))
