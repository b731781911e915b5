"""Why an order stands as it does, as the services explain it."""

from datetime import date, datetime

from jvtrack.client.answers.record import Record
from shared.types import OrderId, PartId, ShipmentId, SiteId


class Reason(Record):
    """One reason, with its figures, in plain words."""

    kind: str
    """What it speaks of: reserved, lost, excluded ..."""
    text: str
    """The reason in words; quantities are in quanta of the part."""
    quantity: int | None = None
    """How much it is about."""
    day: date | None = None
    """The day that it is about."""
    site: SiteId | None = None
    """The source, or the depot, that it is about."""
    order: OrderId | None = None
    """The order that it is about, where it may be named."""
    shipment: ShipmentId | None = None
    """The consignment that it is about."""


class Explanation(Record):
    """Why an order has so much, why from there, and why not earlier."""

    order_id: OrderId
    """The order."""
    version: int
    """How many facts were told about it when it was explained."""
    state: str
    """Where it stands."""
    ordered_by: SiteId
    """The depot that asks."""
    site: SiteId
    """The depot that fills it."""
    part: PartId
    """The part."""
    today: date
    """The day on which it was explained."""
    why_this_much: list[Reason]
    """What has become of its quantity, and what was taken from it on the way."""
    why_this_source: list[Reason]
    """Who makes it, and why that one was asked."""
    why_not_earlier: list[Reason]
    """Why that day is promised, how the promise has moved, and why no earlier source is asked."""


class Standing(Record):
    """How an order stands in its queue at the depot that fills it, and why it has no more of what is there."""

    order_id: OrderId
    """The order."""
    version: int
    """How many facts inventory had told of it."""
    site: SiteId
    """The depot that fills it."""
    part: PartId
    """The part."""
    priority: int
    """Its priority designator: 1 is served first."""
    required_by: date
    """The day on which it is needed."""
    placed_at: datetime
    """When it was placed."""
    waits_for: int
    """How much it still waits for."""
    as_of: datetime
    """The moment as of which it was explained."""
    reasons: list[Reason]
    """Its turn, what is free and why it does not get that, and what is on its way."""
