"""Reports on orders: who waits too long, and who uses urgent needs."""

from datetime import date, datetime

from jvtrack.client.answers.record import Record
from shared.types import OrderId, PartId, SiteId


class WaitingLimit(Record):
    """How long the orders of a band may wait."""

    band: int
    """1, 2 or 3; 1 goes first."""
    priorities: str
    """Its priority designators."""
    days: int
    """Days after which an order of the band waits too long."""


class WaitingDemand(Record):
    """The open demand of one band at one depot."""

    band: int
    """The band."""
    ordered_by: SiteId
    """The depot that waits."""
    lines: int
    """How many orders are not yet issued in full."""
    quantity: int
    """How much of them is not yet issued."""
    reserved: int
    """How much of that is held for them."""
    oldest_placed_at: datetime
    """When the oldest of them was placed."""
    oldest_days: int
    """How many days it has waited."""
    beyond_lines: int
    """How many of them wait longer than the band's limit."""
    beyond_quantity: int
    """How much of those is not yet issued."""


class WaitingOrder(Record):
    """An order that waits longer than the limit of its band."""

    order_id: OrderId
    """The order."""
    ordered_by: SiteId
    """The depot that waits."""
    site: SiteId
    """The depot that fills it."""
    part: PartId
    """The part."""
    priority: int
    """Its priority designator."""
    band: int
    """The band of that."""
    quantity: int
    """How much of it is not yet issued."""
    placed_at: datetime
    """Since when it waits."""
    days: int
    """How many days that is."""
    beyond_days: int
    """How many of them are beyond the limit."""
    required_by: date
    """The day on which it is needed."""
    promised_for: date | None = None
    """The day that is promised."""
    state: str
    """Where it stands."""


class AgeReport(Record):
    """Open demand by how long it waits, and every order that waits too long, the oldest first."""

    as_of: datetime
    """The moment as of which it was counted."""
    limits: list[WaitingLimit]
    """How long each band may wait."""
    waiting: list[WaitingDemand]
    """By band, then depot."""
    beyond: list[WaitingOrder]
    """The orders beyond the limit of their band."""


class UrgencyUse(Record):
    """How often somebody has approved an urgency of need for a depot in a month."""

    month: str
    """The month in which the orders were placed: 2026-11."""
    approved_by: str
    """Who approved the urgency."""
    ordered_by: SiteId
    """The depot that ordered."""
    urgency: str
    """A or B."""
    orders: int
    """How many orders."""
    quantity: int
    """How much was ordered in all."""
