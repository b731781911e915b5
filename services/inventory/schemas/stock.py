"""What the doors tell of stock, and which of it is asked for."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from services.inventory.domain.suspense import DiscrepancyKind
from shared.events.stock import Gate
from shared.http.forms import Answer, Asked, Filter, absent, example
from shared.types import Condition, LotId, OrderId, PartId, Platform, ShipmentId, SiteId, written


class Grouping(StrEnum):
    """What one row of stock stands for."""

    ACCOUNT = "account"
    PART_SITE = "part-site"


class Availability(StrEnum):
    """What a depot sees of the stock of other depots of its nation; where there is none, no row says so."""

    SOME = "some"


class GoodsFilter(Filter):
    """Which goods are asked for; what is not named is not restricted."""

    part: PartId | None = None
    """Only this part."""
    site: SiteId | None = None
    """Only this site."""
    platform: Platform | None = None
    """Only parts that fit this platform."""
    lot: LotId | None = None
    """Only this lot; of other depots then nothing is shown."""
    condition: Condition | None = None
    """Only this supply condition; of other depots then nothing is shown."""


class StockFilter(GoodsFilter):
    """Which stock to show, and how."""

    group: Grouping = Grouping.ACCOUNT
    """A row for each lot and condition, or for each part at each site."""
    held_back: Gate | None = None
    """Only what this gate keeps from being reserved and issued; of other depots then nothing is shown."""
    empty: Asked = False
    """Whether to show what has been there and is all gone."""


class StockRow(Answer):
    """What stands at a site of a part: of one lot in one condition, or in all."""

    site: SiteId
    """The site."""
    part: PartId
    """The part."""
    version: int | None = absent()
    """The version of this (site, part): what a count names, and what its next StockMoved is numbered after."""
    lot: LotId | None = absent()
    """The lot, unless rows are grouped."""
    condition: Condition | None = absent()
    """Supply condition, unless rows are grouped."""
    expires_on: date | None = absent()
    """Last day of the lot's shelf life, if it has one."""
    on_hand: int | None = absent()
    """Free on the shelf, in quanta of the part."""
    reserved: int | None = absent()
    """On the shelf and held for orders."""
    available: int | None = absent()
    """Free, in condition A or C, in its shelf life and not held back: what an order gets that names no condition."""
    available_qualified: int | None = absent()
    """Free, in condition B, within its shelf life and not held back: what only an order could get that accepts it."""
    held_back: Gate | None = absent()
    """What keeps all of the lot from being reserved and issued: its first article has not passed at its factory, or its
    certificate is missing."""
    in_transit: int | None = absent()
    """On the road to the site."""
    produced: int | None = absent()
    """Finished and still at the factory."""
    unit_of_issue: str | None = absent()
    """Unit in which the part is counted."""
    quantity_scale: int | None = absent()
    """Decimal places of the unit: 1 is 10^-scale of it."""
    availability: Availability | None = absent()
    """For a depot of your nation that is not yours: that an order could get some there, and no more than that."""


class Freshness(Answer):
    """How far one stream has been applied here."""

    stream: str
    """The stream: orders.v1, production.v1."""
    applied_to: datetime | None
    """When the newest fact that has been applied was made; none before the first."""
    heard_to: datetime | None
    """When Kafka last answered this replica about the stream; null before it has, or while it is not connected."""
    lag_events: int | None
    """Facts known to wait here; null while Kafka does not answer."""
    lag_seconds: float | None
    """For how long this replica has been behind, 0 when it is not; null while Kafka does not answer."""


class StockAnswer(Answer):
    """Stock, with how fresh it is and where its stream goes on."""

    model_config = example(
        {
            "as_of": "2026-06-15T12:00:00Z",
            "stream_position": "stock.v1:7a1c0f3e-5b1d-4c55-9d1e-2f60a1b2c3d4:12.7.0.31.4.9.18.2.0.5.11.3",
            "freshness": [
                {
                    "stream": "production.v1",
                    "applied_to": "2026-06-15T11:59:41.9Z",
                    "heard_to": "2026-06-15T11:59:59.8Z",
                    "lag_events": 0,
                    "lag_seconds": 0,
                }
            ],
            "rows": [
                {
                    "site": "D-01",
                    "part": "MI17-MAIN-GEARBOX",
                    "version": 7,
                    "lot": "F-01:L-2026-0042",
                    "condition": "A",
                    "on_hand": 2,
                    "reserved": 1,
                    "available": 2,
                    "available_qualified": 0,
                    "in_transit": 0,
                    "produced": 0,
                    "unit_of_issue": "EA",
                    "quantity_scale": 0,
                }
            ],
        }
    )

    as_of: datetime
    """When this was read."""
    stream_position: str | None
    """Position to start the stream from, so that nothing is missed; none while the stream is not open yet."""
    freshness: list[Freshness]
    """How far each stream that inventory hears has been applied."""
    rows: list[StockRow]
    """The stock."""


class MovementFilter(Filter):
    """Which lines of the ledger to list."""

    movement: UUID | None = None
    """Only what this fact or request caused."""
    site: SiteId | None = None
    """Only lines with an end at this site."""
    part: PartId | None = None
    """Only this part."""
    lot: LotId | None = None
    """Only this lot."""
    order: OrderId | None = None
    """Only what served this order."""
    shipment: ShipmentId | None = None
    """Only what belongs to this consignment."""
    reason: Annotated[str, written(r"^[a-z-]{1,30}$", "received")] | None = None
    """Only this kind of transfer: received, issued, counted."""


class ShipmentFilter(Filter):
    """Which consignments to list."""

    shipment: ShipmentId | None = None
    """Only this one."""
    depot: SiteId | None = None
    """Only those with something for this depot."""
    sender: SiteId | None = None
    """Only those of this sender."""
    part: PartId | None = None
    """Only those with this part."""
    open: Asked | None = None
    """Only those with something on the road, or with nothing."""


class DiscrepancyFilter(Filter):
    """Which discrepancies to list."""

    site: SiteId | None = None
    """Only in the books of this site."""
    part: PartId | None = None
    """Only of this part."""
    kind: DiscrepancyKind | None = None
    """Only of this kind."""
    open: Asked = True
    """Only those that are open; false for all."""
