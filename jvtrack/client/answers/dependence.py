"""Dependence: indigenous content and the facts behind it, few sources, what was taken over from imports."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from jvtrack.client.answers.record import Body, Record
from shared.types import LotId, PartId, SiteId, WorkOrderId


class ContentFigure(Record):
    """The indigenous content of lots taken together, by their price."""

    name: str
    """The part, platform, factory or month."""
    lots: int
    """How many lots."""
    unknown: int
    """How many of them have a content that cannot be said in money."""
    price: Decimal
    """What the others cost."""
    imported: Decimal
    """How much of that is imported."""
    indigenous: Decimal | None = None
    """(price - imported) / price."""
    minimum: Decimal | None = None
    """What the nation asks for."""
    meets: bool | None = None
    """Whether it is met."""


class IndigenousContent(Record):
    """Indigenous content of what was made for a nation, or at home, in a period."""

    nation: str
    """Whose."""
    first: date
    """First day."""
    last: date
    """Last day."""
    currency: str | None = None
    """What money is stated in."""
    total: ContentFigure
    """All lots together."""
    figures: list[ContentFigure]
    """Each by its name."""


class LotContent(Record):
    """A lot's indigenous content, and the facts that it was worked out from."""

    lot: LotId
    """The lot."""
    part: PartId
    """Its part."""
    factory: SiteId
    """Who made it."""
    work_order: WorkOrderId | None = None
    """The work order it was made for, if any."""
    finished_on: date
    """Day on which its last pieces were told to be finished."""
    good: Decimal
    """Good pieces, in units of issue."""
    basis: str
    """material, declared, abroad or unknown: what its import content was taken from."""
    lacking: str | None = None
    """Why it cannot be said in money, if so."""
    unit_price: Decimal | None = None
    """Price of one unit of issue."""
    unit_price_currency: str | None = None
    """Its currency."""
    price_from: str | None = None
    """agreed, sourced or stated: where its price comes from."""
    stated_from: date | None = None
    """From which day on the price or import content that was stated of its source is; none where neither is used."""
    currency: str | None = None
    """What money is stated in."""
    price: Decimal | None = None
    """What its good pieces cost."""
    imported: Decimal | None = None
    """How much of that is imported."""
    indigenous: Decimal | None = None
    """(price - imported) / price."""
    minimum: Decimal | None = None
    """What the nation asked for on the day on which it was finished."""
    meets: bool | None = None
    """Whether it is met."""
    components: Mapping[LotId, Decimal | None] = {}
    """Of what went into it and is a lot that is followed: how much is imported; none where it cannot be said."""
    events: list[UUID]
    """The facts that say what was finished, scrapped and consumed."""


class LotFact(Record):
    """A fact about a lot from which figures are made."""

    event_id: UUID
    """The fact's own identity."""
    kind: str
    """finished, scrapped, dispatched or consumed."""
    lot: LotId
    """The lot."""
    part: PartId
    """Its part."""
    recorded_on: date
    """When it was recorded."""
    quantity: int | None = None
    """How much; none of material."""
    depot: SiteId | None = None
    """Where it was sent."""
    material: str | None = None
    """What went into it."""
    input_lot: str | None = None
    """The material's own lot, heat or kit."""
    origin: str | None = None
    """Country that the material comes from."""
    amount: Decimal | None = None
    """How much of the material, in its own unit."""
    unit: str | None = None
    """Its unit."""
    unit_cost: Decimal | None = None
    """What one unit of it costs."""
    currency: str | None = None
    """Currency of the cost."""


class Willing(Record):
    """A source that may be asked today."""

    site: SiteId
    """The source."""
    country: str
    """Its country."""


class CriticalPart(Record):
    """A part whose lack grounds platforms, and who may be asked for it today."""

    part: PartId
    """The part."""
    grounds: list[str]
    """The platforms that it grounds."""
    sources: list[Willing]
    """Who may be asked for it."""
    single_source: bool
    """Whether one alone may be asked."""
    single_country: str | None = None
    """The country in which all are, if it is one."""


class ConcentrationFigure(Record):
    """How many critical parts depend on how few, and which share of them that is."""

    name: str
    """The platform, or `all`."""
    critical: int
    """Critical parts."""
    unsourced: int
    """Those for which nobody may be asked."""
    unsourced_share: Decimal | None = None
    """Their share."""
    single_source: int
    """Those for which one alone may be asked."""
    single_source_share: Decimal | None = None
    """Their share."""
    single_country: int
    """Those whose sources are all in one country."""
    single_country_share: Decimal | None = None
    """Their share."""
    single_country_abroad: int
    """Those of them whose one country is not the nation's own."""
    single_country_abroad_share: Decimal | None = None
    """Their share."""


class Concentration(Record):
    """On how few sources the parts depend whose lack grounds a platform."""

    nation: str
    """Whose sources."""
    today: date
    """The day on which they may be asked."""
    figures: list[ConcentrationFigure]
    """All critical parts, then those of each platform."""
    parts: list[CriticalPart]
    """The critical parts."""


class Takeover(Record):
    """What a factory at home made of a part, and took over from imports."""

    part: PartId
    """The part."""
    factory: SiteId
    """The factory."""
    dispatched: int
    """What it dispatched to the nation's depots in the period."""
    dispatched_before: int
    """And in the one of the same length before."""
    imported: int
    """What came from abroad in the period."""
    imported_before: int
    """And in the one before."""
    taken_over: int
    """min(what fewer came from abroad, what was made at home)."""


class ThresholdTerms(Body):
    """What indigenous content a nation asks for."""

    minimum: str
    """The least share of the price that is to stay in the nation, such as 0.50."""


class Threshold(Record):
    """What indigenous content a nation asks for from a day on."""

    nation: str
    """Who asks for it."""
    valid_from: date
    """First day on which it holds."""
    minimum: Decimal
    """The least share."""
    changed_at: datetime
    """When it was last changed."""
    changed_by: str
    """Who changed it."""
