"""The catalogue: what is known of parts and sites, and what may not change of a part that has moved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from shared.errors import Kind, Refusal
from shared.events.catalogue import PartDefined
from shared.types import Nation, PartId, SiteId, SiteKind


class CatalogueBehind(Refusal):
    """The catalogue does not know this part or site; try again if you believe that it exists."""

    retry_after_seconds = 1


class PartUnknown(Refusal):
    """There is no such part."""

    kind = Kind.NOT_FOUND


class SiteUnknown(Refusal):
    """There is no such site."""

    kind = Kind.NOT_FOUND


class UnitFixed(Refusal):
    """A part that has moved keeps its unit of issue and its quantity scale."""

    field = "unit_of_issue"


class NiinTaken(Refusal):
    """Another part has this NIIN, which is an item's identity."""

    field = "nsn"


class SiteInUse(Refusal):
    """A site that has had goods or orders keeps its kind."""

    field = "kind"


@dataclass(frozen=True, slots=True)
class Place:
    """What rights need to know of a site."""

    kind: SiteKind
    country: Nation
    keeper: Nation | None = None
    """The nation that keeps its record: another than its own where it has no people here."""


class Unit(NamedTuple):
    """What a part's quantities are counted in."""

    unit_of_issue: str
    quantity_scale: int


@dataclass(frozen=True, slots=True)
class Known:
    """The parts and sites that a group of requests speaks of, as far as the catalogue has them."""

    parts: Mapping[PartId, Unit]
    sites: Mapping[SiteId, Place]

    def part(self, part: PartId) -> None:
        """Refuse a part that the catalogue does not have."""
        if part not in self.parts:
            raise CatalogueBehind(part=part)

    def site(self, site: SiteId) -> Place:
        """Look a site up, or refuse."""
        if site not in self.sites:
            raise CatalogueBehind(site=site)
        return self.sites[site]


def check_change(before: PartDefined, after: PartDefined, *, has_moved: bool) -> None:
    """Refuse a change of a part that would give its quantities another meaning."""
    same = (before.unit_of_issue, before.quantity_scale) == (after.unit_of_issue, after.quantity_scale)
    if has_moved and not same:
        raise UnitFixed(part=before.part_id, unit_of_issue=before.unit_of_issue, quantity_scale=before.quantity_scale)
