"""The catalogue: parts and sites, told in full so that the last writer wins (compacted topic)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from shared.events.envelope import Event, Stream
from shared.events.production import Reference
from shared.types import Cage, Nation, Nsn, PartId, Platform, SiteId, SiteKind, Text, written


class Interchange(StrEnum):
    """Whether a reference may replace the others and be replaced, or only replace."""

    TWO_WAY = "two-way"
    ONE_WAY = "one-way"


class LifeType(StrEnum):
    """Shelf life: I is definite, II is extendible after inspection."""

    DEFINITE = "I"
    EXTENDIBLE = "II"


class Fit(BaseModel):
    """A platform that the part fits."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    platform: Platform
    """The platform."""
    grounds: bool
    """Whether lack of the part grounds the platform."""


class MakerReference(BaseModel):
    """An item of production that is this part: who makes it and under which number."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    maker: Cage
    """The maker's CAGE or NCAGE code."""
    number: Text
    """Part or drawing number, look-alike letters in Latin script."""
    original_number: Text | None = None
    """The number as the maker writes it, where that differs."""
    revision: Text | None = None
    """Revision of the drawing."""
    approved_on: date | None = None
    """Day on which the reference was approved for this part."""
    approved_by: Text | None = None
    """Who approved it."""
    interchange: Interchange = Interchange.TWO_WAY
    """Whether it may also be replaced by the others."""
    replaces: Annotated[tuple[Reference, ...], Field(max_length=100)] = ()
    """Where it is one-way: which of the part's references it may replace, with what these may replace; all that may be
    replaced if none is named."""


class PartDefined(Event):
    """A part is as this says."""

    TYPE: ClassVar[str] = "jvtrack.catalogue.part-defined.v1"
    STREAM: ClassVar[Stream] = Stream.CATALOGUE

    part_id: PartId
    """The part; never reused."""
    name: Text
    """Its name for people."""
    nsn: Nsn | None = None
    """NATO stock number, 13 digits; Russian-origin parts may have none."""
    unit_of_issue: Annotated[str, written(r"^[A-Z]{2,3}$", "EA")]
    """Unit in which the part is counted: EA each, SET, KG, LTR, MTR."""
    quantity_scale: Annotated[int, Field(ge=0, le=6)] = 0
    """Decimal places of the unit: a quantity is counted in 10^-scale of it."""
    platforms: list[Fit] = []
    """Platforms that it fits."""
    references: list[MakerReference] = []
    """Items of production that are this part."""
    shelf_life_type: LifeType | None = None
    """Type of shelf life, if it has one."""
    shelf_life_months: Annotated[int, Field(gt=0, le=600)] | None = None
    """Shelf life in months, if it has one."""
    illustrative: bool = False
    """Whether the record is invented, for demonstration."""
    first_article_required: bool = False
    """Whether a lot may be issued only once the first article of its reference has passed at its factory."""
    certificate_required: bool = False
    """Whether a lot may be issued only with its maker's certificate of conformance."""

    @property
    def key(self) -> str:
        """Name the part."""
        return f"part:{self.part_id}"


class SiteDefined(Event):
    """A site is as this says."""

    TYPE: ClassVar[str] = "jvtrack.catalogue.site-defined.v1"
    STREAM: ClassVar[Stream] = Stream.CATALOGUE

    site_id: SiteId
    """The site; never reused."""
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

    @property
    def key(self) -> str:
        """Name the site."""
        return f"site:{self.site_id}"
