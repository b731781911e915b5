"""Bodies of the catalogue doors."""

from typing import Annotated

from pydantic import Field

from services.inventory.schemas.body import VERSION_MAX, Answer, Body, Filter, example
from shared.events.catalogue import Fit, LifeType, MakerReference, PartDefined, SiteDefined
from shared.types import Cage, Nation, Nsn, PartId, Platform, SiteId, SiteKind, Text

Seen = Annotated[int, Field(strict=True, ge=0, le=VERSION_MAX)] | None


class PartRecord(Body):
    """A part as it is to be kept."""

    model_config = example(
        {
            "name": "Gearbox, main rotor drive",
            "nsn": "1615722683884",
            "unit_of_issue": "EA",
            "platforms": [{"platform": "MI-17V-5", "grounds": True}],
            "references": [{"maker": "3VK1Y", "number": "VKR-1615-0401", "revision": "B"}],
        }
    )

    name: Text
    """Its name for people."""
    nsn: Nsn | None = None
    """NATO stock number, 13 digits without dashes, if it has one."""
    unit_of_issue: Annotated[str, Field(pattern=r"^[A-Z]{2,3}$")]
    """Unit in which it is counted: EA each, SET, KG, LTR, MTR. Fixed once the part has moved."""
    quantity_scale: Annotated[int, Field(ge=0, le=6)] = 0
    """Decimal places of the unit; fixed once the part has moved."""
    platforms: Annotated[list[Fit], Field(max_length=20)] = []
    """Platforms that it fits."""
    references: Annotated[list[MakerReference], Field(max_length=100)] = []
    """Items of production that are this part."""
    shelf_life_type: LifeType | None = None
    """Type of shelf life: I definite, II extendible."""
    shelf_life_months: Annotated[int, Field(gt=0, le=600)] | None = None
    """Shelf life in months."""
    illustrative: bool = False
    """Whether the record is invented, for demonstration."""

    version: Seen = None
    """The version that you saw: refused if there is a newer one."""

    def define(self, part: PartId) -> PartDefined:
        """Say what it defines."""
        return PartDefined(part_id=part, **self.model_dump(exclude={"version"}))


class SiteRecord(Body):
    """A site as it is to be kept."""

    model_config = example(
        {
            "name": "Northern Air Stores Depot",
            "kind": "depot",
            "organisation": "Air Maintenance Group",
            "country": "IND",
            "cage": "1AN1Y",
        }
    )

    name: Text
    """Its name for people."""
    kind: SiteKind
    """Whether it makes, keeps or supplies parts."""
    organisation: Text
    """Who runs it."""
    country: Nation
    """ISO 3166 alpha-3 code of its country."""
    cage: Cage | None = None
    """Its CAGE or NCAGE code."""
    illustrative: bool = False
    """Whether the record is invented, for demonstration."""

    version: Seen = None
    """The version that you saw: refused if there is a newer one."""

    def define(self, site: SiteId) -> SiteDefined:
        """Say what it defines."""
        return SiteDefined(site_id=site, **self.model_dump(exclude={"version"}))


class PartRead(PartRecord, Answer):
    """A part."""

    part_id: PartId
    """Its id; never reused."""
    version: int
    """How often it has been defined; name it when you change the part."""
    kept_by: Nation | None = None
    """The nation that keeps it: others do not change it."""


class SiteRead(SiteRecord, Answer):
    """A site."""

    site_id: SiteId
    """Its id; never reused."""
    version: int
    """How often it has been defined; name it when you change the site."""
    kept_by: Nation | None = None
    """The nation that keeps it: its own, or the one that defined a third country's supplier."""


class PartFilter(Filter):
    """Which parts to list."""

    platform: Platform | None = None
    """Only parts that fit this platform."""
    nsn: Nsn | None = None
    """Only the part with this NATO stock number."""


class SiteFilter(Filter):
    """Which sites to list."""

    kind: SiteKind | None = None
    """Only factories, depots or suppliers."""
    country: Nation | None = None
    """Only sites of this country."""
