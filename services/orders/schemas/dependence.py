"""Bodies of the doors on dependence: indigenous content, few sources, what was taken over from imports."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from pydantic import ConfigDict, JsonValue

from services.orders.domain.dependence import Basis, Lacking
from services.orders.schemas.sources import Share
from shared.http.forms import Answer, Body, example
from shared.http.periods import PeriodFilter
from shared.types import LotId, Nation, PartId, Platform, SiteId, Total, WorkOrderId

_FIGURE: dict[str, JsonValue] = {
    "lots": 12,
    "unknown": 1,
    "price": "16578000.00",
    "imported": "4973400.00",
    "indigenous": "0.7000",
    "minimum": "0.5000",
    "meets": True,
}


class By(StrEnum):
    """What lots are taken together by."""

    PART = "part"
    PLATFORM = "platform"
    FACTORY = "factory"
    MONTH = "month"


class FactKind(StrEnum):
    """What a fact tells of a lot."""

    FINISHED = "finished"
    SCRAPPED = "scrapped"
    DISPATCHED = "dispatched"
    CONSUMED = "consumed"


class LotsFilter(PeriodFilter):
    """Which lots are looked at: those whose last pieces were finished in the period."""

    part: PartId | None = None
    """Only of this part."""
    factory: SiteId | None = None
    """Only made there."""
    platform: Platform | None = None
    """Only of parts that fit this platform."""


class ContentFilter(LotsFilter):
    """Which lots are looked at, and how they are taken together."""

    by: By = By.PART
    """What they are taken together by; a part that fits several platforms counts for each."""


class FactsFilter(PeriodFilter):
    """Which facts about lots are listed: those recorded in the period."""

    kind: FactKind | None = None
    """Only of this kind."""
    part: PartId | None = None
    """Only about lots of this part."""
    factory: SiteId | None = None
    """Only about lots made there."""
    lot: LotId | None = None
    """Only about this lot."""


class ContentFigure(Answer):
    """The indigenous content of lots taken together, by their price."""

    name: str
    """The part, platform, factory or month."""
    lots: Total
    """How many lots."""
    unknown: Total
    """How many of them have a content that cannot be said in money; they are not in what follows."""
    price: Decimal
    """What the others cost."""
    imported: Decimal
    """How much of that is imported."""
    indigenous: Decimal | None
    """(price - imported) / price."""
    minimum: Decimal | None
    """What the nation asks for at the end of the period, or of the month; none where it asks for nothing."""
    meets: bool | None
    """Whether it is met."""


class ContentRead(Answer):
    """Indigenous content of what was made for a nation, or at home, in a period."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "nation": "IND",
                    "first": "2025-11-27",
                    "last": "2026-11-26",
                    "currency": "INR",
                    "total": {"name": "all", **_FIGURE},
                    "figures": [{"name": "MI17-TAIL-ROTOR-BLADE", **_FIGURE}],
                }
            ]
        }
    )

    nation: Nation
    """Whose."""
    first: date
    """First day."""
    last: date
    """Last day."""
    currency: str | None
    """What money is stated in: the nation's own, by the rates of its sourcing weights."""
    total: ContentFigure
    """All lots together."""
    figures: list[ContentFigure]
    """Each by its name; its lots are listed under `/v1/dependence/lots`."""


class LotContent(Answer):
    """A lot's indigenous content, and the facts that it was worked out from."""

    model_config = example(
        {
            "lot": "F-01:L-2026-0042",
            "part": "MI17-TAIL-ROTOR-BLADE",
            "factory": "F-01",
            "work_order": "7201YA6327A001-2026-W1",
            "finished_on": "2026-11-20",
            "good": "11",
            "basis": "material",
            "lacking": None,
            "unit_price": "1381500.00",
            "unit_price_currency": "INR",
            "price_from": "sourced",
            "stated_from": None,
            "currency": "INR",
            "price": "15196500.00",
            "imported": "4559000.00",
            "indigenous": "0.7000",
            "minimum": "0.5000",
            "meets": True,
            "components": {"F-02:L-2026-0310": "0.2500"},
            "events": ["01a2b3c4-0000-7000-8000-000000000481", "01a2b3c4-0000-7000-8000-000000000482"],
        }
    )

    lot: LotId
    """The lot."""
    part: PartId
    """Its part."""
    factory: SiteId
    """Who made it."""
    work_order: WorkOrderId | None
    """The work order it was made for, if any."""
    finished_on: date
    """Day on which its last pieces were told to be finished."""
    good: Decimal
    """Good pieces, in units of issue."""
    basis: Basis
    """What its import content was taken from."""
    lacking: Lacking | None
    """Why it cannot be said in money, if so."""
    unit_price: Decimal | None
    """Price of one unit of issue."""
    unit_price_currency: str | None
    """Its currency."""
    price_from: str | None
    """agreed: when it was bought; sourced: when its source was asked; stated: of the source when it was finished."""
    stated_from: date | None
    """From which day on the price or import content that was stated of its source is; none where neither is used."""
    currency: str | None
    """What the following is stated in."""
    price: Decimal | None
    """What its good pieces cost."""
    imported: Decimal | None
    """How much of that is imported."""
    indigenous: Decimal | None
    """(price - imported) / price."""
    minimum: Decimal | None
    """What the nation asked for on the day on which it was finished."""
    meets: bool | None
    """Whether it is met."""
    components: dict[LotId, Decimal | None]
    """Of what went into it and is a lot that is followed here: how much is imported; none where it cannot be said."""
    events: list[UUID]
    """The facts that say what was finished, scrapped and consumed; at most 1,000."""


class FactRead(Answer):
    """A fact about a lot from which figures are made."""

    model_config = example(
        {
            "event_id": "01a2b3c4-0000-7000-8000-000000000481",
            "kind": "consumed",
            "lot": "F-01:L-2026-0042",
            "factory": "F-01",
            "part": "MI17-TAIL-ROTOR-BLADE",
            "work_order": "7201YA6327A001-2026-W1",
            "recorded_on": "2026-11-18",
            "quantity": None,
            "depot": None,
            "material": "VKR-1615-SPAR",
            "input_lot": "F-02:L-2026-0310",
            "origin": "RUS",
            "amount": "12",
            "unit": "EA",
            "unit_cost": "184000.00",
            "currency": "INR",
        }
    )

    event_id: UUID
    """The fact's own identity: production keeps it in the lot's history."""
    kind: FactKind
    """What it tells."""
    lot: LotId
    """The lot."""
    factory: SiteId
    """Who made it."""
    part: PartId
    """Its part."""
    work_order: WorkOrderId | None
    """The work order it was made for, if any."""
    recorded_on: date
    """When it was recorded."""
    quantity: int | None
    """How much, in quanta of the part; none of material."""
    depot: SiteId | None
    """Where it was sent."""
    material: str | None
    """What went into it."""
    input_lot: str | None
    """The material's own lot, heat or kit."""
    origin: Nation | None
    """Country that the material comes from."""
    amount: Decimal | None
    """How much of the material, in its own unit."""
    unit: str | None
    """Its unit."""
    unit_cost: Decimal | None
    """What one unit of it costs."""
    currency: str | None
    """Currency of the cost."""


class ThresholdTerms(Body):
    """What indigenous content a nation asks for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"minimum": "0.50"}]})

    minimum: Share
    """The least share of the price that is to stay in the nation."""


class ThresholdRead(Answer):
    """What indigenous content a nation asks for from a day on."""

    model_config = example(
        {
            "nation": "IND",
            "valid_from": "2026-12-01",
            "minimum": "0.5000",
            "changed_at": "2026-11-23T09:30:00.120Z",
            "changed_by": "planner@IND",
        }
    )

    nation: Nation
    """Who asks for it."""
    valid_from: date
    """First day on which it holds; until then the one before does."""
    minimum: Decimal
    """The least share."""
    changed_at: datetime
    """When it was last changed."""
    changed_by: str
    """Who changed it."""
