"""Who keeps what of the catalogue: nobody changes what another nation keeps.

A site is kept by its own nation. A supplier of a third country, which has no people here, is kept by the nation that
defined it first; a part by the nation that defined it first.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from shared.errors import Kind, Refusal
from shared.events.catalogue import SiteDefined
from shared.types import Nation, PartId, SiteKind


class ForeignSite(Refusal):
    """A site of another nation is not yours to define."""

    kind = Kind.FORBIDDEN
    field = "country"


class ForeignPart(Refusal):
    """The part is kept by another nation: it is theirs to change."""

    kind = Kind.FORBIDDEN
    field = "part_id"


class CountryFixed(Refusal):
    """The country of a site is changed by an operator of the nation that keeps it, and by nobody else."""

    kind = Kind.FORBIDDEN
    field = "country"


@dataclass(frozen=True, slots=True)
class Definer:
    """Who defines a part or a site."""

    nation: Nation
    is_operator: bool


class KeptSite(Protocol):
    """A site as it is kept, and the nation that defined it last."""

    @property
    def record(self) -> SiteDefined:
        """Give the site."""

    @property
    def kept_by(self) -> Nation | None:
        """Name the nation; none if it was defined before anybody asked."""


def check_site(before: KeptSite | None, after: SiteDefined, by: Definer, at_home: Collection[Nation]) -> None:
    """Refuse to define what another nation keeps; `at_home` are the nations that have people here."""
    if before is not None:
        country = before.record.country
        keeper = country if country in at_home else before.kept_by
        if by.nation != country and keeper not in {by.nation, None}:
            raise ForeignSite(site=after.site_id, country=country)
        if after.country != country and not by.is_operator:
            raise CountryFixed(site=after.site_id, country=country)
    is_third = after.kind is SiteKind.SUPPLIER and after.country not in at_home
    if after.country != by.nation and not is_third:
        raise ForeignSite(site=after.site_id, country=after.country)


def check_part(part: PartId, kept_by: Nation | None, by: Definer) -> None:
    """Refuse to change a part that another nation keeps."""
    if kept_by not in {by.nation, None}:
        raise ForeignPart(part=part, kept_by=kept_by)
