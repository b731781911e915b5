"""Parts and sites, as inventory keeps them for every service."""

from jvtrack.client.answers.record import Body, Record
from shared.events.catalogue import Fit, LifeType, MakerReference
from shared.types import Cage, Nation, Nsn, PartId, SiteId, SiteKind, Text


class PartRecord(Body):
    """A part as it is to be kept."""

    name: Text
    """Its name for people."""
    unit_of_issue: str
    """Unit in which it is counted."""
    quantity_scale: int = 0
    """Decimal places of the unit."""
    nsn: Nsn | None = None
    """NATO stock number, if it has one."""
    platforms: list[Fit] = []
    """Platforms that it fits."""
    references: list[MakerReference] = []
    """Items of production that are this part."""
    shelf_life_type: LifeType | None = None
    """Type of shelf life."""
    shelf_life_months: int | None = None
    """Shelf life in months."""
    first_article_required: bool = False
    """Whether a lot may be issued only once the first article of its reference has passed at its factory."""
    certificate_required: bool = False
    """Whether a lot may be issued only with its maker's certificate of conformance."""
    version: int | None = None
    """The version that you saw: refused if there is a newer one."""


class SiteRecord(Body):
    """A site as it is to be kept."""

    name: Text
    """Its name for people."""
    kind: SiteKind
    """Whether it makes, keeps or supplies parts."""
    organisation: Text
    """Who runs it."""
    country: Nation
    """Its country."""
    cage: Cage | None = None
    """Its CAGE or NCAGE code."""
    version: int | None = None
    """The version that you saw: refused if there is a newer one."""


class PlatformFit(Record):
    """A platform that a part fits."""

    platform: str
    """The platform."""
    grounds: bool
    """Whether lack of the part grounds the platform."""


class Part(Record):
    """A part."""

    part_id: PartId
    """Its id."""
    name: str
    """Its name for people."""
    unit_of_issue: str
    """Unit in which it is counted."""
    quantity_scale: int = 0
    """Decimal places of the unit."""
    nsn: str | None = None
    """NATO stock number, if it has one."""
    platforms: list[PlatformFit] = []
    """Platforms that it fits."""
    first_article_required: bool = False
    """Whether a lot may be issued only once the first article of its reference has passed at its factory."""
    certificate_required: bool = False
    """Whether a lot may be issued only with its maker's certificate of conformance."""
    version: int
    """How often it has been defined."""
    kept_by: Nation | None = None
    """The nation that keeps it."""


class Site(Record):
    """A site."""

    site_id: SiteId
    """Its id."""
    name: str
    """Its name for people."""
    kind: str
    """Whether it makes, keeps or supplies parts."""
    country: Nation
    """Its country."""
    version: int
    """How often it has been defined."""
    kept_by: Nation | None = None
    """The nation that keeps it."""
