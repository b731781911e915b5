"""What may be supposed of the days ahead, and what would become of promises and platforms."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from jvtrack.client.answers.record import Body, Record
from jvtrack.client.answers.stock import LotHolders
from shared.types import LotId, OrderId, PartId, Platform, PositiveQuantity, Priority, SiteId, TailNumber, WorkOrderId


class SourceStops(Body):
    """A source delivers nothing for so many days from today on."""

    kind: Literal["stop"] = "stop"
    """That it stops."""
    site: SiteId
    """The source."""
    days: int
    """For how many days."""


class CapacityChanges(Body):
    """A source has so many percent of its stated capacity."""

    kind: Literal["capacity"] = "capacity"
    """That its capacity is another."""
    site: SiteId
    """The source."""
    percent: int
    """How much of its capacity it has."""


class LotRejected(Body):
    """So much of a work order will not come."""

    kind: Literal["reject"] = "reject"
    """That something is rejected."""
    work_order: WorkOrderId
    """Of which work order."""
    quantity: PositiveQuantity
    """How much."""


class HeldOfLot(Body):
    """An order for which some of a lot is held."""

    order_id: OrderId
    """The order."""
    quantity: PositiveQuantity
    """How much."""


class LotStands(Body):
    """Where a lot stands, as inventory says, handed over to orders."""

    coming: int = 0
    """How much of it is on its way."""
    held: Sequence[HeldOfLot] = ()
    """For which orders it is held."""

    @classmethod
    def of(cls, holders: LotHolders) -> "LotStands":
        """Hand over what inventory has said."""
        held = [HeldOfLot(order_id=each.order_id, quantity=each.quantity) for each in holders.held]
        return cls(coming=holders.coming, held=held)


class WholeLotRejected(Body):
    """Nothing of a lot will be had."""

    kind: Literal["reject-lot"] = "reject-lot"
    """That a lot is rejected."""
    lot: LotId
    """The lot."""
    stands: LotStands | None = None
    """Where it stands; without it, all that was made of it counts as on its way."""


class SourceOpens(Body):
    """A source may be asked from a day on."""

    kind: Literal["open"] = "open"
    """That a source opens."""
    part: PartId
    """The part."""
    site: SiteId
    """The source."""
    opens_on: date
    """The first day on which it could be asked."""
    lead_time_days: int
    """Days from order to delivery."""
    capacity_per_week: PositiveQuantity | None = None
    """How much it can deliver in a week."""
    minimum_lot: PositiveQuantity | None = None
    """The least that it makes at a time."""
    unit_cost: str | None = None
    """Price of one unit of issue, exact, as text."""
    currency: str | None = None
    """Its currency."""
    import_content: str | None = None
    """Imported share of the price, exact, as text."""


class DemandChanges(Body):
    """So many times as much is wanted."""

    kind: Literal["demand"] = "demand"
    """That demand is another."""
    factor: str
    """So many times as much, exact, as text."""
    part: PartId | None = None
    """Of this part, or of all."""


Supposition = Annotated[
    SourceStops | CapacityChanges | LotRejected | WholeLotRejected | SourceOpens | DemandChanges,
    Field(discriminator="kind"),
]


class Scenarios(Body):
    """What is supposed, by scenario."""

    scenarios: Mapping[str, Sequence[Supposition]]
    """Up to four, each by its name."""


class PromiseMove(Record):
    """A promise that would move."""

    order_id: OrderId
    """The order."""
    ordered_by: SiteId
    """The depot that has placed it."""
    part: PartId
    """The part."""
    priority: Priority
    """Its priority."""
    required_by: date
    """The day of need."""
    before: date | None
    """The day as it is."""
    after: date | None
    """The day as it would be."""
    days: int | None
    """By how many days it comes later, below zero earlier."""
    sources_before: list[SiteId]
    """Who is to bring what is missing."""
    sources_after: list[SiteId]
    """Who would."""
    why: str
    """Why it is that day."""


class LineUnsourced(Record):
    """A line that would have neither stock nor source for something."""

    order_id: OrderId
    """The order."""
    part: PartId
    """The part."""
    priority: Priority
    """Its priority."""
    required_by: date
    """The day of need."""
    open: int
    """How much of it nobody would bring."""


class ReleaseMove(Record):
    """A grounded platform that would come back on another day."""

    platform: Platform
    """What it is."""
    tail_number: TailNumber
    """Which one it is."""
    before: date | None
    """When it is expected back."""
    after: date | None
    """When it would be."""
    days_down_before: int
    """How many days within the horizon it stands still."""
    days_down_after: int
    """How many it would."""


class MoveTotals(Record):
    """How many come later and earlier, and by how many days together."""

    later: int
    """How many come later."""
    earlier: int
    """How many come earlier."""
    days_later: int
    """Days by which some come later, added up."""
    days_earlier: int
    """Days by which some come earlier, added up."""


class ScenarioAnswer(Record):
    """What one scenario would change, the worst first."""

    promises: MoveTotals
    """Promises that move."""
    platforms: MoveTotals
    """Platforms that stand still for longer or less, in platform-days."""
    unsourced_total: int
    """Lines that would lose their source."""
    moved: list[PromiseMove]
    """The promises that move."""
    unsourced: list[LineUnsourced]
    """The lines that would lose their source."""
    releases: list[ReleaseMove]
    """The platforms that come back on another day."""


class WhatIf(Record):
    """Scenarios side by side, each compared with how it is."""

    today: date
    """The day on which it was reckoned."""
    horizon_days: int
    """How far ahead the days are counted on which platforms stand still."""
    lines: int
    """Open lines that were looked at."""
    grounded: int
    """Grounded platforms that were looked at."""
    scenarios: dict[str, ScenarioAnswer]
    """What each would change."""
