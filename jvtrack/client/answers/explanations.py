"""Why an order stands as it does, as the services explain it."""

from datetime import date

from jvtrack.client.answers.record import Record
from shared.types import OrderId, PartId, SiteId


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
    """Another order that it is about, where it may be named."""


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
