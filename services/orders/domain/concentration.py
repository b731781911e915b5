"""On how few sources the parts depend whose lack grounds a platform.

A part is critical where lack of it grounds a platform. It is of a single source where one source may be asked for it
today, and of a single country where all that may be asked are in one. Shares are of all critical parts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from shared.types import Nation, PartId, Platform, SiteId

_SHARE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Willing:
    """A source that may be asked today."""

    site: SiteId
    country: Nation


@dataclass(frozen=True, slots=True)
class CriticalPart:
    """A part whose lack grounds platforms, and who may be asked for it."""

    part: PartId
    grounds: Sequence[Platform]
    sources: Sequence[Willing]

    @property
    def unsourced(self) -> bool:
        """Whether nobody may be asked."""
        return not self.sources

    @property
    def single_source(self) -> bool:
        """Whether one alone may be asked."""
        return len(self.sources) == 1

    @property
    def single_country(self) -> Nation | None:
        """The country in which all are that may be asked, if it is one."""
        countries = {each.country for each in self.sources}
        return min(countries) if len(countries) == 1 else None


@dataclass(frozen=True, slots=True)
class Concentration:
    """How many critical parts depend on how few."""

    critical: int
    unsourced: int
    single_source: int
    single_country: int
    single_country_abroad: int

    def share(self, parts: int) -> Decimal | None:
        """Tell which share of the critical parts so many are; none where there are none."""
        return (Decimal(parts) / self.critical).quantize(_SHARE, ROUND_HALF_EVEN) if self.critical else None


def concentration(parts: Iterable[CriticalPart], nation: Nation) -> Concentration:
    """Count critical parts by how few they depend on."""
    found = list(parts)
    countries = [each.single_country for each in found]
    return Concentration(
        critical=len(found),
        unsourced=sum(each.unsourced for each in found),
        single_source=sum(each.single_source for each in found),
        single_country=sum(each is not None for each in countries),
        single_country_abroad=sum(each is not None and each != nation for each in countries),
    )
