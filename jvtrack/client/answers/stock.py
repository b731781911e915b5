"""Stock as it stands and changes, and which of it is asked for."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from jvtrack.client.answers.record import Body, Record
from shared.types import Condition, LotId, OrderId, PartId, Platform, Quantity, ShipmentId, SiteId, Text


class StockQuery(Body):
    """Which stock is asked for; what is not given does not matter."""

    site: SiteId | None = None
    """Only at this site."""
    part: PartId | None = None
    """Only of this part."""
    platform: Platform | None = None
    """Only of parts that fit this platform."""
    lot: LotId | None = None
    """Only of this lot."""
    condition: Condition | None = None
    """Only in this supply condition."""


class Stock(Record):
    """What stands at a site of a part: of one lot in one condition, or in all."""

    site: SiteId
    """The site."""
    part: PartId
    """The part."""
    version: int | None = None
    """The version of this stock, which a count names."""
    lot: LotId | None = None
    """The lot, unless rows are grouped."""
    condition: Condition | None = None
    """Supply condition, unless rows are grouped."""
    expires_on: date | None = None
    """Last day of the lot's shelf life, if it has one."""
    on_hand: int | None = None
    """Free on the shelf, in quanta of the part."""
    reserved: int | None = None
    """On the shelf and held for orders."""
    available: int | None = None
    """Free, in condition A or C, in its shelf life and not held back: what an order gets that names no condition."""
    available_qualified: int | None = None
    """Free, in condition B, in its shelf life and not held back: what only an order could get that accepts it."""
    in_transit: int | None = None
    """On the road to the site."""
    held_back: str | None = None
    """The gate that keeps all of the lot from being reserved and issued: first-article or certificate."""
    produced: int | None = None
    """Finished and still at the factory."""
    unit_of_issue: str | None = None
    """Unit in which the part is counted."""
    quantity_scale: int | None = None
    """Decimal places of the unit."""
    availability: str | None = None
    """`some`, where that is all that the reader may see; where there is none, there is no row."""


class Freshness(Record):
    """How far one stream has been applied by inventory."""

    stream: str
    """The stream."""
    applied_to: datetime | None = None
    """When the newest fact that has been applied was made."""
    heard_to: datetime | None = None
    """When Kafka last answered inventory about the stream; none where that is not known."""
    lag_events: int | None = None
    """Facts known to wait; none while Kafka does not answer."""
    lag_seconds: float | None = None
    """For how long the stream has been behind; none while Kafka does not answer."""


class Holder(Record):
    """An order for which some of a lot is held."""

    order_id: OrderId
    """The order."""
    quantity: int
    """How much."""


class LotHolders(Record):
    """Where a lot stands, as far as you may see it."""

    lot: LotId
    """The lot."""
    coming: int
    """How much of it is finished at its factory or on the road."""
    free: int
    """How much of it is held for nobody."""
    held: list[Holder]
    """For which orders it is held."""


class StockAnswer(Record):
    """Stock, with how fresh it is and where its stream goes on."""

    as_of: datetime
    """When this was read."""
    stream_position: str | None = None
    """Position to follow the stream from, so that nothing is missed."""
    freshness: list[Freshness] = []
    """How far each stream that inventory hears has been applied."""
    rows: list[Stock] = []
    """The stock."""


Grouping = Literal["account", "part-site"]


class PostingRead(Record):
    """What one transfer changed on one shelf."""

    cause: UUID
    """The event that caused it."""
    reason: str
    """What kind of movement it is."""
    lot: LotId
    """The lot."""
    condition: Condition
    """Supply condition."""
    shelf: str
    """The shelf."""
    change: int
    """Quanta added (above zero) or taken (below)."""
    balance: int | None = None
    """What stands there now."""
    order: OrderId | None = None
    """The order it serves, if any."""
    shipment: ShipmentId | None = None
    """The consignment it belongs to, if any."""


class StockChange(Record):
    """Quantities of a part that moved at a site, as its stream told it."""

    position: str
    """Where the stream goes on after it."""
    type: str
    """What was told."""
    site: SiteId
    """The site."""
    part: PartId
    """The part."""
    postings: list[PostingRead] = []
    """What moved."""
    version: int | None = None
    """The version of the site's stock of the part that it made; drop what is not above the one you have."""
    event_id: UUID | None = None
    """The fact's own identity."""
    recorded_at: datetime | None = None
    """When it was written down."""


class ProtectedMinimumTerms(Body):
    """How much of a part a depot keeps for its own orders."""

    quantity: Quantity
    """How much, in quanta of the part; 0 protects nothing."""
    reason: Text
    """Why."""
    version: int | None = None
    """The version that you saw, 0 where nothing was ever set; refused if there is a newer one that says otherwise."""


class ProtectedMinimum(Record):
    """How much of a part a depot keeps for its own orders, and who said so."""

    site: SiteId
    """The depot."""
    part: PartId
    """The part."""
    quantity: int
    """How much an order of another depot never takes."""
    reason: str
    """Why."""
    set_by: str
    """Who set it."""
    set_at: datetime
    """When."""
    version: int
    """How often it was set."""
