"""Numbers of parts: stock numbers in one form, whatever their supply class, and references that replace others."""

import re
from collections.abc import Mapping, Sequence

from shared.events.catalogue import Interchange, MakerReference
from shared.events.production import Reference
from shared.events.references import reference_key
from shared.types import Nsn, ReferenceKey

_DASHED_NSN = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{3})-?([0-9]{4})")


def undashed(nsn: str) -> str:
    """Write a stock number without dashes; what is none stays as it is."""
    match = _DASHED_NSN.fullmatch(nsn)
    return "".join(match.groups()) if match else nsn


def niin(nsn: Nsn) -> str:
    """Give the item's identity within its stock number: the supply class may change, this does not."""
    return nsn[4:]


def wrongly_replacing(references: Sequence[MakerReference]) -> str | None:
    """Say what is wrong with what references of one part say that they replace, if anything is.

    What replaces another one-way is not replaced by it, nor by what that replaces: going from each to those that it
    names, nobody comes back.
    """
    keys = [reference_key(_named(each)) for each in references]
    replaced = {
        key: [reference_key(each) for each in reference.replaces]
        for key, reference in zip(keys, references, strict=True)
    }
    for key, reference in zip(keys, references, strict=True):
        if reference.replaces and reference.interchange is not Interchange.ONE_WAY:
            return f"{key} is two-way: only a one-way reference names what it replaces"
        unknown = sorted(set(replaced[key]) - set(keys))
        if unknown:
            return f"{key} replaces {', '.join(unknown)}, which is no reference of this part"
    circle = _circle(replaced)
    if circle is None:
        return None
    return f"{' replaces '.join(circle)}: what replaces each other is two-way, and names nothing in replaces"


def _named(reference: MakerReference) -> Reference:
    return Reference(maker=reference.maker, number=reference.number, revision=reference.revision)


def _circle(replaced: Mapping[ReferenceKey, Sequence[ReferenceKey]]) -> list[ReferenceKey] | None:
    """Find a way that leads from a reference back to it."""
    for start in replaced:
        ways = [[start, each] for each in replaced[start]]
        seen: set[ReferenceKey] = set()
        while ways:
            way = ways.pop()
            if way[-1] == start:
                return way
            if way[-1] not in seen:
                seen.add(way[-1])
                ways += [[*way, each] for each in replaced[way[-1]]]
    return None
