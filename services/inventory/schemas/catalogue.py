"""Bodies of the catalogue doors."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from services.inventory.domain.references import undashed, wrongly_replacing
from shared.events.catalogue import Fit, LifeType, MakerReference, PartDefined, SiteDefined
from shared.http.forms import Answer, Body, Filter, Seen, example
from shared.types import Cage, Day, Flag, Nation, Nsn, PartId, Platform, SiteId, SiteKind, Text, latin, written

AnyNsn = Annotated[Nsn, BeforeValidator(lambda value: undashed(value) if isinstance(value, str) else value)]
"""A NATO stock number, with or without dashes."""


class FitRecord(Fit):
    """A platform that the part fits."""

    grounds: Flag
    """Whether lack of the part grounds the platform."""


class ReferenceRecord(MakerReference):
    """An item of production that is this part; look-alike letters of its number become Latin, the original is kept."""

    approved_on: Day | None = None
    """Day on which the reference was approved for this part."""

    @model_validator(mode="after")
    def _is_latin(self) -> Self:
        number = latin(self.number)
        original = self.original_number or (self.number if number != self.number else None)
        replaces = tuple(each.matched for each in self.replaces)
        return self.model_copy(update={"number": number, "original_number": original, "replaces": replaces})


class PartFields(Body):
    """What there is to say of a part."""

    name: Text
    """Its name for people."""
    nsn: AnyNsn | None = None
    """NATO stock number, if it has one; it may be written with dashes. No two parts share its last nine digits."""
    unit_of_issue: Annotated[str, written(r"^[A-Z]{2,3}$", "EA")]
    """Unit in which it is counted: EA each, SET, KG, LTR, MTR. Fixed once the part has moved."""
    quantity_scale: Annotated[int, Field(strict=True, ge=0, le=6)] = 0
    """Decimal places of the unit; fixed once the part has moved."""
    platforms: Annotated[list[FitRecord], Field(max_length=20)] = []
    """Platforms that it fits."""
    references: Annotated[list[ReferenceRecord], Field(max_length=100)] = []
    """Items of production that are this part."""

    @field_validator("references")
    @classmethod
    def _replaced_by_no_circle(cls, references: list[ReferenceRecord]) -> list[ReferenceRecord]:
        if (wrong := wrongly_replacing(references)) is not None:
            raise ValueError(wrong)
        return references

    shelf_life_type: LifeType | None = None
    """Type of shelf life: I definite, II extendible."""
    shelf_life_months: Annotated[int, Field(strict=True, gt=0, le=600)] | None = None
    """Shelf life in months."""
    illustrative: Flag = False
    """Whether the record is invented, for demonstration."""
    first_article_required: Flag = False
    """Whether a lot may be issued only once the first article of its reference has passed at its factory."""
    certificate_required: Flag = False
    """Whether a lot may be issued only with its maker's certificate of conformance."""


class PartRecord(PartFields):
    """A part as it is to be kept."""

    model_config = example(
        {
            "name": "Gearbox, main rotor drive",
            "nsn": "1615-72-268-3884",
            "unit_of_issue": "EA",
            "platforms": [{"platform": "MI-17V-5", "grounds": True}],
            "references": [{"maker": "3VK1Y", "number": "VKR-1615-0401", "revision": "B"}],
        }
    )

    version: Seen = None
    """The version that you saw: refused if there is a newer one."""

    def define(self, part: PartId) -> PartDefined:
        """Say what it defines."""
        return PartDefined(part_id=part, **self.model_dump(exclude={"version"}))


class PartLine(PartFields):
    """A part in a file."""

    part_id: PartId
    """Its id; never reused."""

    def define(self) -> PartDefined:
        """Say what it defines."""
        return PartDefined(**self.model_dump())


class SiteFields(Body):
    """What there is to say of a site."""

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
    illustrative: Flag = False
    """Whether the record is invented, for demonstration."""


class SiteRecord(SiteFields):
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

    version: Seen = None
    """The version that you saw: refused if there is a newer one."""

    def define(self, site: SiteId) -> SiteDefined:
        """Say what it defines."""
        return SiteDefined(site_id=site, **self.model_dump(exclude={"version"}))


class SiteLine(SiteFields):
    """A site in a file."""

    site_id: SiteId
    """Its id; never reused."""

    def define(self) -> SiteDefined:
        """Say what it defines."""
        return SiteDefined(**self.model_dump())


class PartRead(PartFields, Answer):
    """A part."""

    part_id: PartId
    """Its id; never reused."""
    version: int
    """How often it has been defined; name it when you change the part."""
    kept_by: Nation | None = None
    """The nation that keeps it: others do not change it."""


class SiteRead(SiteFields, Answer):
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
    nsn: AnyNsn | None = None
    """Only the part with this NATO stock number, whatever its supply class; it may be written with dashes."""
    number: Text | None = None
    """Only parts with a reference of this number; look-alike letters may be in either script."""
    maker: Cage | None = None
    """Only parts with a reference of this maker."""


class SiteFilter(Filter):
    """Which sites to list."""

    kind: SiteKind | None = None
    """Only factories, depots or suppliers."""
    country: Nation | None = None
    """Only sites of this country."""
